/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSleepGuard: hears from logind that the computer is going to sleep, and holds sleep up until
 * what is to be done before is done. Main thread only. */
#pragma once

#include <gio/gio.h>

typedef struct PfSleepGuard PfSleepGuard;

/* The computer goes to sleep as soon as this has returned. */
typedef void (*PfSleepGuardFunc)(gpointer user_data);

PfSleepGuard *pf_sleep_guard_new(GDBusConnection *system_bus, PfSleepGuardFunc func,
                                 gpointer user_data);

/* Whether sleep is to be held up, and told of, at all; it is not at first. */
void pf_sleep_guard_set_wanted(PfSleepGuard *guard, gboolean wanted);

/* Would sleep wait now? */
gboolean pf_sleep_guard_is_holding(const PfSleepGuard *guard);

/* Lets go; nothing is told afterwards. NULL is fine. */
void pf_sleep_guard_free(PfSleepGuard *guard);
