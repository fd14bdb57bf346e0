/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Row focus: after the list has made its rows, as it was bound before. */
#include "row-focus.h"

static void
on_items_changed(GtkListBox *list, guint position, guint removed, guint added, GListModel *model)
{
    GtkWidget *window = gtk_widget_get_toplevel(GTK_WIDGET(list));
    guint count = g_list_model_get_n_items(model);
    if (removed == 0 || count == 0 || !GTK_IS_WINDOW(window) ||
        gtk_window_get_focus(GTK_WINDOW(window)) != NULL)
        return;
    GtkListBoxRow *row = gtk_list_box_get_row_at_index(list, (int)MIN(position, count - 1));
    /* The row itself takes no focus. */
    gtk_widget_child_focus(gtk_bin_get_child(GTK_BIN(row)), GTK_DIR_TAB_FORWARD);
}

void
pf_row_focus_follow(GtkListBox *list, GListModel *model)
{
    g_signal_connect_object(model, "items-changed", G_CALLBACK(on_items_changed), list,
                            G_CONNECT_SWAPPED);
}
