/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Is there a session bus? GIO, when asked for one, starts one of its own where there is a display.
 */
#pragma once

#include <glib.h>

/* By the environment and the runtime directory alone; does not connect. Any thread. */
gboolean pf_session_bus_exists(void);
