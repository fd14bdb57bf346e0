/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Own program: the kernel knows its path, and marks it when the file is gone. */
#include "own-program.h"

#include <string.h>

#define DELETED " (deleted)"

char *
pf_own_program_dup(gboolean *ret_is_replaced)
{
    char *path = g_file_read_link("/proc/self/exe", NULL);
    gboolean is_replaced = path != NULL && g_str_has_suffix(path, DELETED);
    if (is_replaced)
        path[strlen(path) - strlen(DELETED)] = '\0';
    if (ret_is_replaced != NULL)
        *ret_is_replaced = is_replaced;
    return path;
}
