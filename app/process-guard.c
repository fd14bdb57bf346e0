/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Process guard: core limit and the dumpable flag. */
#include "process-guard.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <glib.h>

static void
set_dumpable(unsigned long dumpable)
{
    if (prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0) < 0)
        g_error("prctl(PR_SET_DUMPABLE): %m");
}

void
pf_process_guard_init(void)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) < 0)
        g_error("setrlimit(RLIMIT_CORE): %m");
    set_dumpable(0);
}

void
pf_process_guard_show(void)
{
    set_dumpable(1);
}

void
pf_process_guard_hide(void)
{
    set_dumpable(0);
}
