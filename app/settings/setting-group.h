/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Settings that belong together: a heading, a frame with rows, and a note. */
#pragma once

#include <gtk/gtk.h>

#include "settings-view.h"

#define PF_TYPE_SETTING_GROUP (pf_setting_group_get_type())
G_DECLARE_FINAL_TYPE(PfSettingGroup, pf_setting_group, PF, SETTING_GROUP, GtkBox)

/* Properties: "title", "note" (what is said below the rows). The children that a .ui file gives the
 * group are its rows. */

/* Makes the PfChoiceRows of the group the values of KEY of VIEW; the group says when the key is
 * locked. */
void pf_setting_group_bind_choice(PfSettingGroup *self, PfSettingsView *view, const char *key);

/* Nothing in the group can be changed, for the reason TEXT. */
void pf_setting_group_lock(PfSettingGroup *self, const char *text);
