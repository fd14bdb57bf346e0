/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The prompter's executable, derived from ours; the environment has no say in it (DESIGN 8). */
#include "prompter-executable.h"

#include <string.h>
#include <sys/stat.h>

static char *app_path;

void
pf_prompter_executable_init(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    if (own == NULL)
        return;
    g_free(app_path);
    if (strcmp(own, PF_LIBEXECDIR "/pinfold-agent") == 0) {
        app_path = g_strdup(PF_BINDIR "/pinfold");
    } else {
        g_autofree char *folder = g_path_get_dirname(own);
        app_path = g_build_filename(folder, "..", "app", "pinfold", NULL);
    }
}

gboolean
pf_prompter_executable_matches(const PfPeerIdentity *identity)
{
    struct stat st;
    return app_path != NULL && identity->is_exe_known && stat(app_path, &st) == 0 &&
           st.st_dev == identity->exe_device && st.st_ino == identity->exe_inode &&
           pf_peer_identity_is_unchanged(identity);
}
