/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tab stop: a list that Tab enters and leaves again. */
#pragma once

#include <gtk/gtk.h>

/* Has Tab leave LIST from whatever row has the focus; the arrow keys go from row to row. GTK has
 * Tab go through all of them, which is right where rows have buttons of their own, and wrong where
 * a row is chosen by having the focus. Main thread. */
void pf_tab_stop_add(GtkListBox *list);
