/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Who draws the status icon: the watcher of the session, and the panels behind it. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_TRAY_HOST (pf_tray_host_get_type())
G_DECLARE_FINAL_TYPE(PfTrayHost, pf_tray_host, PF, TRAY_HOST, GObject)

/* Registers the item that CONNECTION, the session bus, exports with each watcher that appears. The
 * caller owns it. Main thread. */
PfTrayHost *pf_tray_host_new(GDBusConnection *connection);

/* Has a watcher the icon, and does some panel draw what that has? */
gboolean pf_tray_host_is_drawing(PfTrayHost *self);
