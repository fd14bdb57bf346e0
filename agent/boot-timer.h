/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBootTimer: one deadline on the clock that goes on while the computer sleeps (CLOCK_BOOTTIME),
 * as a source of the main loop. It wakes nobody from sleep: what was due meanwhile is told at
 * resume. GLib's own timeouts stand still during sleep. Main thread only. */
#pragma once

#include <glib.h>

typedef struct PfBootTimer PfBootTimer;

/* Microseconds of that clock. */
gint64 pf_boot_timer_get_now(void);

/* FUNC is called when a deadline has come; the timer is then without one. NULL with an error when
 * the system gives none. */
PfBootTimer *pf_boot_timer_new(void (*func)(gpointer user_data), gpointer user_data,
                               GError **error);

/* A deadline instead of the one before; 0: none. One that has passed is told from the loop. */
void pf_boot_timer_set(PfBootTimer *timer, gint64 deadline);

/* NULL is fine. */
void pf_boot_timer_free(PfBootTimer *timer);
