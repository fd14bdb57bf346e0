/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Self restart: the kernel says whether the file is gone, and exec keeps the environment. */
#include "self-restart.h"

#include <gio/gio.h>
#include <unistd.h>

#define DELETED " (deleted)"

void
pf_self_restart_if_replaced(void)
{
    g_autofree char *path = g_file_read_link("/proc/self/exe", NULL);
    if (path == NULL || !g_str_has_suffix(path, DELETED))
        return;
    path[strlen(path) - strlen(DELETED)] = '\0';
    g_message("%s was replaced: starting the new one", path);
    execl(path, path, "--gapplication-service", NULL);
    g_warning("%s cannot be started: %m", path);
}
