/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Pinfold itself in a Flatpak. Each start by the bus or by `flatpak run` makes a sandbox of its
 * own, with process IDs and a bus proxy of its own: what has to know its peers must be in one. */
#pragma once

#include <glib.h>

/* Is this process in a Flatpak? Any thread. */
gboolean pf_flatpak_sandbox_is_around(void);
