/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One program of the page of programs, with the switch that has it use Pinfold. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_INTEGRATION_ROW (pf_integration_row_get_type())
G_DECLARE_FINAL_TYPE(PfIntegrationRow, pf_integration_row, PF, INTEGRATION_ROW, GtkListBoxRow)

/* For gtk_list_box_bind_model(); ITEM is a PfIntegrationItem. The switch is the action
 * programs.NAME, the button programs.replace. */
GtkWidget *pf_integration_row_new(gpointer item, gpointer unused);
