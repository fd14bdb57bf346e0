/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The executables of our installation, derived from ours; the environment has no say in it
 * (DESIGN 8). */
#include "prompter-executable.h"

#include <string.h>
#include <sys/stat.h>

static char *app_path;
static char *command_path;

void
pf_prompter_executable_init(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    if (own == NULL)
        return;
    g_autofree char *own_folder = g_path_get_dirname(own);
    g_autofree char *folder = strcmp(own, PF_LIBEXECDIR "/pinfold-agent") == 0
                                  ? g_strdup(PF_BINDIR)
                                  : g_build_filename(own_folder, "..", "app", NULL);
    g_free(app_path);
    g_free(command_path);
    app_path = g_build_filename(folder, "pinfold", NULL);
    command_path = g_build_filename(folder, "pinfoldctl", NULL);
}

static gboolean
runs(const PfPeerIdentity *identity, const char *path)
{
    struct stat st;
    return path != NULL && identity->is_exe_known && stat(path, &st) == 0 &&
           st.st_dev == identity->exe_device && st.st_ino == identity->exe_inode &&
           pf_peer_identity_is_unchanged(identity);
}

const char *
pf_prompter_executable_get_app(void)
{
    return app_path;
}

gboolean
pf_prompter_executable_matches(const PfPeerIdentity *identity)
{
    return runs(identity, app_path);
}

gboolean
pf_prompter_executable_is_command(const PfPeerIdentity *identity)
{
    return runs(identity, command_path);
}
