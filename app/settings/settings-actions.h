/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The application's actions for its settings: "settings" opens the dialog, "cache-mode" is that
 * setting. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"

#define PF_TYPE_SETTINGS_ACTIONS (pf_settings_actions_get_type())
G_DECLARE_FINAL_TYPE(PfSettingsActions, pf_settings_actions, PF, SETTINGS_ACTIONS, GObject)

/* Adds the actions to APPLICATION, which is borrowed. The caller owns the result, and drops it
 * before the application is gone. */
PfSettingsActions *pf_settings_actions_new(GtkApplication *application, PfAgentModel *model);
