/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The tray icon: a StatusNotifierItem that tells the state and brings the window. */
#pragma once

#include "agent-model.h"

#define PF_TYPE_TRAY (pf_tray_get_type())
G_DECLARE_FINAL_TYPE(PfTray, pf_tray, PF, TRAY, GObject)

/* Shows MODEL and OFFERS, a list of PfOfferItem, on CONNECTION, the session bus (NULL: nowhere),
 * wherever a StatusNotifierWatcher appears; clicks are ACTIONS of the application, which outlives
 * the tray. The caller owns it. Main thread. */
PfTray *pf_tray_new(GDBusConnection *connection, PfAgentModel *model, GListModel *offers,
                    GActionGroup *actions);

/* Is the icon shown by some panel? */
gboolean pf_tray_is_shown(PfTray *self);
