/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* File names: neither another folder nor a hidden file, and short enough for any file system. */
#include "export-name.h"

#include <string.h>

#include <glib.h>

#define NAME_MAX_CHARS 64
#define NAME_MAX_BYTES 128

char *
pf_export_name_dup(const char *name, const char *ending)
{
    g_autofree char *start =
        g_utf8_substring(name, 0, MIN(g_utf8_strlen(name, -1), NAME_MAX_CHARS));
    gsize len = strlen(start);
    while (len > NAME_MAX_BYTES)
        len = (gsize)(g_utf8_prev_char(start + len) - start);
    start[len] = '\0';
    g_strdelimit(start, "/\\", '-');
    if (start[0] == '.')
        start[0] = '-';
    return g_strconcat(start, ending, NULL);
}
