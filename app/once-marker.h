/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What is to be shown to the person once, ever: an empty file remembers that it was. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_ONCE_MARKER (pf_once_marker_get_type())
G_DECLARE_FINAL_TYPE(PfOnceMarker, pf_once_marker, PF, ONCE_MARKER, GObject)

/* Begins to read whether there is a file of that NAME in the user's state directory. Signal
 * "known": it has been read. The caller owns the marker. Main thread. */
PfOnceMarker *pf_once_marker_new(const char *name);

/* TRUE at most once: it was read, and there is none. Makes the file. */
gboolean pf_once_marker_take(PfOnceMarker *self);
