/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The tray icon's menu: each entry is an action of the application. */
#pragma once

#include "agent-model.h"

#define PF_TYPE_TRAY_MENU (pf_tray_menu_get_type())
G_DECLARE_FINAL_TYPE(PfTrayMenu, pf_tray_menu, PF, TRAY_MENU, GObject)

/* Exports the menu at PATH on the session bus and keeps it as MODEL, OFFERS (a list of PfOfferItem)
 * and the state of ACTIONS have it. ACTIONS (the application) outlives the menu. The caller owns
 * it. Main thread. */
PfTrayMenu *pf_tray_menu_new(const char *path, PfAgentModel *model, GListModel *offers,
                             GActionGroup *actions);
