/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The settings: cache mode, who asks for PINs, how long a login lingers, groups and permissions. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"

#define PF_TYPE_SETTINGS_DIALOG (pf_settings_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfSettingsDialog, pf_settings_dialog, PF, SETTINGS_DIALOG, GtkDialog)

/* A dialog bound to SETTINGS (schema org.pinfold): changes act at once. MODEL knows the programs
 * that are connected; decisions come from the agent on CONNECTION (NULL: there is none). It
 * destroys itself when closed. */
PfSettingsDialog *pf_settings_dialog_new(GSettings *settings, PfAgentModel *model,
                                         GDBusConnection *connection);
