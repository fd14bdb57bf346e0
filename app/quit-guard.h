/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What must not end in the middle: a wish to quit waits until it is done. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_QUIT_GUARD (pf_quit_guard_get_type())
G_DECLARE_FINAL_TYPE(PfQuitGuard, pf_quit_guard, PF, QUIT_GUARD, GObject)

/* Of APPLICATION, which outlives it. The caller owns it. Main thread. */
PfQuitGuard *pf_quit_guard_new(GtkApplication *application);

/* Work begins that WORK, a sentence, tells of; one at a time. The session manager, where there is
 * one, is asked to end neither the session nor the day meanwhile. */
void pf_quit_guard_begin(PfQuitGuard *self, const char *work);

/* The work is over, and the application quits if that was wanted; not where the person has still to
 * see what came of it (IS_SEEN FALSE), unless the system wants it. */
void pf_quit_guard_end(PfQuitGuard *self, gboolean is_seen);

/* The person wants to quit: at once, or a dialog says that it comes later. */
void pf_quit_guard_quit(PfQuitGuard *self);

/* Another app may have been installed in this one's place: it takes over, at once or as soon as the
 * work is over and the person has seen what came of it. */
void pf_quit_guard_give_way(PfQuitGuard *self);

/* A signal wants it: at once, or as soon as the work is over; a second one does not wait. */
void pf_quit_guard_quit_by_signal(PfQuitGuard *self);
