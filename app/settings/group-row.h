/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One group of the groups page: its name and ID, its programs, and what can be done with it. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_GROUP_ROW (pf_group_row_get_type())
G_DECLARE_FINAL_TYPE(PfGroupRow, pf_group_row, PF, GROUP_ROW, GtkListBoxRow)

/* A row of GROUP, an element (ssas) of the setting `groups`. Its buttons are the actions
 * groups.edit, groups.remove, groups.add-program and groups.remove-program. */
GtkWidget *pf_group_row_new(GVariant *group);

/* Gives the keyboard focus to its first button. */
void pf_group_row_focus(PfGroupRow *self);
