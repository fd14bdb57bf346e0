/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Self restart: exec keeps the environment. */
#include "self-restart.h"

#include <gio/gio.h>
#include <unistd.h>

#include "own-program.h"

void
pf_self_restart_if_replaced(void)
{
    gboolean is_replaced;
    g_autofree char *path = pf_own_program_dup(&is_replaced);
    if (!is_replaced)
        return;
    g_message("%s was replaced: starting the new one", path);
    execl(path, path, "--gapplication-service", NULL);
    g_warning("%s cannot be started: %m", path);
}
