/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One program: icon, name and where it is; in a group with a button that takes it out. */
#pragma once

#include <gtk/gtk.h>

#include "program-item.h"

#define PF_TYPE_PROGRAM_ROW (pf_program_row_get_type())
G_DECLARE_FINAL_TYPE(PfProgramRow, pf_program_row, PF, PROGRAM_ROW, GtkListBoxRow)

/* A row of ITEM, which it holds; it can be selected. */
PfProgramRow *pf_program_row_new(PfProgramItem *item);

/* It is a row of GROUP, an element of the setting `groups`, and has the button: the action
 * groups.remove-program. */
void pf_program_row_set_group(PfProgramRow *self, GVariant *group);

/* Borrowed. */
PfProgramItem *pf_program_row_get_item(PfProgramRow *self);
