/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One PKCS#11 module in the settings. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_MODULE_ROW (pf_module_row_get_type())
G_DECLARE_FINAL_TYPE(PfModuleRow, pf_module_row, PF, MODULE_ROW, GtkListBoxRow)

/* For gtk_list_box_bind_model(): ITEM is a PfModuleItem. Its buttons are for the actions of the
 * group "modules": move-up, move-down, remove, switch-off, switch-on (each with the module's name).
 */
GtkWidget *pf_module_row_new(gpointer item, gpointer unused);
