/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One token of the keyring page, with the button that removes its PIN. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_STORED_PIN_ROW (pf_stored_pin_row_get_type())
G_DECLARE_FINAL_TYPE(PfStoredPinRow, pf_stored_pin_row, PF, STORED_PIN_ROW, GtkListBoxRow)

/* For gtk_list_box_bind_model(); ITEM is a PfStoredPinItem. The button is the action
 * keyring.remove.
 */
GtkWidget *pf_stored_pin_row_new(gpointer item, gpointer unused);
