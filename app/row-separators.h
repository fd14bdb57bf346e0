/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Lines between the rows of a list. */
#pragma once

#include <gtk/gtk.h>

/* LIST draws a line between each two rows from now on. */
void pf_row_separators_add(GtkListBox *list);
