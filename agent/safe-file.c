/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Mode bits and owners, from the file up. */
#include "safe-file.h"

#include <string.h>
#include <sys/stat.h>

static gboolean
is_safe(const struct stat *st, uid_t owner)
{
    return st->st_uid == owner && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

gboolean
pf_safe_file_check(const char *path, const char *top, uid_t owner, PfFileId *ret_file)
{
    struct stat st;
    gsize top_len = strlen(top);
    g_autofree char *above = g_strdup(path);
    if (!g_path_is_absolute(path) || !g_str_has_prefix(path, top) || lstat(path, &st) < 0 ||
        !S_ISREG(st.st_mode) || !is_safe(&st, owner))
        return FALSE;
    PfFileId file = {st.st_dev, st.st_ino};
    do {
        g_autofree char *below = g_steal_pointer(&above);
        above = g_path_get_dirname(below);
        if (lstat(above, &st) < 0 || !S_ISDIR(st.st_mode) || !is_safe(&st, owner))
            return FALSE;
    } while (strlen(above) > top_len);
    *ret_file = file;
    return TRUE;
}
