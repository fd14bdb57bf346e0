/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Fields: trimmed at the end only, for what stands before is part of a name. */
#include "tokens-field.h"

char *
pf_tokens_field_dup(const unsigned char *field, gsize size)
{
    while (size > 0 && (field[size - 1] == ' ' || field[size - 1] == '\0'))
        size--;
    if (size == 0)
        return g_strdup("");
    g_autofree char *raw = g_strndup((const char *)field, size);
    return g_utf8_make_valid(raw, -1);
}
