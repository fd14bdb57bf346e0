/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What opens a window and what closes it share. */
#pragma once

#include "window.h"

/* Slot lock held. PF_WINDOW_BUSY: a window or a login begins. */
void pf_window_set_state(PfSlot *slot, PfWindowState state);

/* Is the window open for the next use only, which may not come? Slot lock held. */
bool pf_window_lingers(const PfWindow *window);

/* Tries again what failed when the last window closed, in the session REAL. State is BUSY and this
 * thread's. */
void pf_window_unstick(PfSlot *slot, CK_SESSION_HANDLE real);
