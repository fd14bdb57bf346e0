/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Row separators: as headers, so that they come and go with the rows. */
#include "row-separators.h"

static void
update_header(GtkListBoxRow *row, GtkListBoxRow *before, gpointer unused)
{
    if (before == NULL)
        gtk_list_box_row_set_header(row, NULL);
    else if (gtk_list_box_row_get_header(row) == NULL)
        gtk_list_box_row_set_header(row, gtk_separator_new(GTK_ORIENTATION_HORIZONTAL));
}

void
pf_row_separators_add(GtkListBox *list)
{
    gtk_list_box_set_header_func(list, update_header, NULL, NULL);
}
