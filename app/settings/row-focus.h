/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Row focus: a list whose rows have a button that takes the row away. */
#pragma once

#include <gtk/gtk.h>

/* Gives the keyboard to the row that takes the place of one that went with it. LIST is bound to
 * MODEL already. Main thread. */
void pf_row_focus_follow(GtkListBox *list, GListModel *model);
