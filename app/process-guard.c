/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Process guard: core limit and the dumpable flag. */
#include "process-guard.h"

#include <sys/prctl.h>
#include <sys/resource.h>

static guint holds;
static void (*watcher)(gboolean is_held, gpointer user_data);
static gpointer watcher_data;

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

gboolean
pf_process_guard_show(void)
{
    if (holds > 0)
        return FALSE;
    set_dumpable(1);
    return TRUE;
}

void
pf_process_guard_hide(void)
{
    set_dumpable(0);
}

void
pf_process_guard_hold(void)
{
    if (holds++ > 0)
        return;
    set_dumpable(0);
    if (watcher != NULL)
        watcher(TRUE, watcher_data);
}

void
pf_process_guard_release(void)
{
    g_return_if_fail(holds > 0);
    if (--holds == 0 && watcher != NULL)
        watcher(FALSE, watcher_data);
}

void
pf_process_guard_watch(void (*func)(gboolean is_held, gpointer user_data), gpointer user_data)
{
    watcher = func;
    watcher_data = user_data;
}
