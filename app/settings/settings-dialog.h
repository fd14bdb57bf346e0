/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The settings, page by page. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"
#include "settings-view.h"

#define PF_TYPE_SETTINGS_DIALOG (pf_settings_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfSettingsDialog, pf_settings_dialog, PF, SETTINGS_DIALOG, GtkDialog)

/* A dialog bound to VIEW: changes act at once. CONFIG is not needed afterwards. MODEL knows tokens,
 * modules and the programs that are connected; decisions come from the agent on CONNECTION (NULL:
 * there is none). It destroys itself when closed. */
PfSettingsDialog *pf_settings_dialog_new(PfSettingsView *view, const PfConfig *config,
                                         PfAgentModel *model, GDBusConnection *connection);

/* Turns to the page that settings-dialog.ui names so. */
void pf_settings_dialog_show_page(PfSettingsDialog *self, const char *name);
