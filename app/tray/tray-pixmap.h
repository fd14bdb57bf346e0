/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Icons as the pixels that a StatusNotifierItem carries for hosts that do not find it by name. */
#pragma once

#include <gtk/gtk.h>

/* Is ICON_NAME in an icon theme on disk, where a host finds it too? */
gboolean pf_tray_pixmap_is_themed(const char *icon_name);

/* ICON_NAME in the usual sizes as a floating a(iiay), ARGB in network byte order; empty when it
 * cannot be drawn. Main thread. */
GVariant *pf_tray_pixmap_new(const char *icon_name);
