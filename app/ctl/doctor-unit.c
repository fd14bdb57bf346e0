/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Without the manager: one that hangs, or is not there, has been told all the same. */
#include "doctor-unit.h"

/* systemd.unit(5): the names that come before a unit's own file. */
static gboolean
is_masked_in(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, "systemd", "user", name, NULL);
    g_autofree char *target = g_file_read_link(path, NULL);
    return g_strcmp0(target, "/dev/null") == 0;
}

gboolean
pf_doctor_unit_is_masked(const char *name)
{
    return is_masked_in(g_get_user_config_dir(), name) ||
           is_masked_in(g_get_user_runtime_dir(), name) || is_masked_in("/etc", name) ||
           is_masked_in("/run", name);
}
