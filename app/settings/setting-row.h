/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One setting in a list: what it is, what it means, and the widget that changes it. */
#pragma once

#include <gtk/gtk.h>

#include "settings-view.h"

#define PF_TYPE_SETTING_ROW (pf_setting_row_get_type())
G_DECLARE_FINAL_TYPE(PfSettingRow, pf_setting_row, PF, SETTING_ROW, GtkBox)

/* Properties: "title" with a mnemonic, "subtitle". The child that a .ui file gives the row is its
 * control: it is put at the end, and named by them for screen readers. */

/* Joins PROPERTY of the control to KEY of VIEW; the row says when the key is locked. */
void pf_setting_row_bind(PfSettingRow *self, PfSettingsView *view, const char *key,
                         const char *property);

/* The same with mappings, as g_settings_bind_with_mapping(). */
void pf_setting_row_bind_mapped(PfSettingRow *self, PfSettingsView *view, const char *key,
                                const char *property, GSettingsBindGetMapping get_mapping,
                                GSettingsBindSetMapping set_mapping);

/* NULL hides it. */
void pf_setting_row_set_subtitle(PfSettingRow *self, const char *subtitle);
