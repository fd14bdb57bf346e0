/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Units of the user's service manager, as their files say. */
#pragma once

#include <glib.h>

/* Is the user's unit NAME masked, by the user, for this boot, or for everybody? Then the bus cannot
 * start it, and says only that it has failed. */
gboolean pf_doctor_unit_is_masked(const char *name);
