/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Program label: a program chooses its own name and place, and so what stands in them. */
#include "program-label.h"

#include <glib.h>

#include "plain-text.h"

char *
pf_program_label_dup(const char *name, const char *executable)
{
    char *label = name != NULL ? pf_plain_text_dup(name) : NULL;
    if (label != NULL || executable == NULL || *executable == '\0')
        return label;
    g_autofree char *file = g_path_get_basename(executable);
    return pf_plain_text_dup(file);
}
