/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One of several values of a setting, as a row with a radio button. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_CHOICE_ROW (pf_choice_row_get_type())
G_DECLARE_FINAL_TYPE(PfChoiceRow, pf_choice_row, PF, CHOICE_ROW, GtkBox)

/* Properties: "title" with a mnemonic, "subtitle", and "value", what the setting is then. */

/* Borrowed. */
const char *pf_choice_row_get_value(PfChoiceRow *self);
GtkRadioButton *pf_choice_row_get_radio(PfChoiceRow *self);
