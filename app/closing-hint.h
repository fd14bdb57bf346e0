/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Says once, ever, that a closed window does not end Pinfold (DESIGN 11). */
#pragma once

#include <gtk/gtk.h>

#include "once-marker.h"

#define PF_CLOSING_HINT_MARKER "closing-hint-shown"

/* Shows the hint unless MARKER says that it was shown. Main thread. */
void pf_closing_hint_show(PfOnceMarker *marker, GtkApplication *application);
