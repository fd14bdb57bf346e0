/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The two places where a session bus is announced. */
#include "session-bus.h"

#include <sys/stat.h>

gboolean
pf_session_bus_exists(void)
{
    struct stat st;
    g_autofree char *path = g_build_filename(g_get_user_runtime_dir(), "bus", NULL);
    return g_getenv("DBUS_SESSION_BUS_ADDRESS") != NULL ||
           (stat(path, &st) == 0 && S_ISSOCK(st.st_mode));
}
