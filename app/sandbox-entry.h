/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The app's start in a Flatpak: what the bus or a person starts is in a sandbox of its own, in
 * which the agent of another one cannot know it for the app. There the agent is asked to start it
 * in its own. */
#pragma once

#include <glib.h>

/* Has the app run in the agent's sandbox, where this process is in another one, and waits until it
 * is there: what this process does now reaches that one. FALSE: this process is the app, outside a
 * Flatpak always. To be called before there is a main loop. */
gboolean pf_sandbox_entry_hand_over(void);
