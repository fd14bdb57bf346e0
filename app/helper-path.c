/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The helper that belongs to this very program: the window and the terminal stand in one folder. */
#include "helper-path.h"

char *
pf_helper_path_dup(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = own != NULL ? g_path_get_dirname(own) : NULL;
    if (folder == NULL || g_str_equal(folder, PF_BINDIR))
        return g_strdup(PF_LIBEXECDIR "/pinfold-tokens");
    return g_build_filename(folder, "..", "agent", "pinfold-tokens", NULL);
}

char *
pf_helper_path_dup_pinfoldctl(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = own != NULL ? g_path_get_dirname(own) : NULL;
    return g_build_filename(folder != NULL ? folder : PF_BINDIR, "pinfoldctl", NULL);
}
