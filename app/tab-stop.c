/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tab stop: what the list says when it is asked where its focus goes next. */
#include "tab-stop.h"

static gboolean
on_list_focus(GtkWidget *list, GtkDirectionType direction)
{
    gboolean is_tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;
    if (is_tab && gtk_container_get_focus_child(GTK_CONTAINER(list)) != NULL)
        g_signal_stop_emission_by_name(list, "focus");
    return FALSE;
}

void
pf_tab_stop_add(GtkListBox *list)
{
    g_signal_connect(list, "focus", G_CALLBACK(on_list_focus), NULL);
}
