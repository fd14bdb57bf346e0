/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Label text: a tooltip only where text was cut, since one that repeats is only in the way. */
#include "label-text.h"

static gboolean
on_label_query_tooltip(GtkLabel *label, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
    if (!pango_layout_is_ellipsized(gtk_label_get_layout(label)))
        return FALSE;
    gtk_tooltip_set_text(tooltip, gtk_label_get_text(label));
    return TRUE;
}

void
pf_label_text_set(GtkLabel *label, const char *text)
{
    if (!gtk_widget_get_has_tooltip(GTK_WIDGET(label))) {
        gtk_widget_set_has_tooltip(GTK_WIDGET(label), TRUE);
        g_signal_connect(label, "query-tooltip", G_CALLBACK(on_label_query_tooltip), NULL);
    }
    gtk_label_set_text(label, text != NULL ? text : "");
    gtk_widget_set_visible(GTK_WIDGET(label), text != NULL);
}
