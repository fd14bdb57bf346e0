/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHistoryRow: shows a PfHistoryItem, which never changes. */
#include "history-row.h"

#include <glib/gi18n.h>

#include "history-item.h"
#include "label-text.h"

struct _PfHistoryRow {
    GtkListBoxRow parent_instance;
    GtkImage *event_icon;
    GtkLabel *title_label;
    GtkLabel *time_label;
    GtkLabel *detail_label;
};

G_DEFINE_FINAL_TYPE(PfHistoryRow, pf_history_row, GTK_TYPE_LIST_BOX_ROW)

static void
set_accessible_name(PfHistoryRow *self, const char *title, const char *detail, const char *time)
{
    g_autofree char *name =
        detail != NULL
            /* Translators: for screen readers: what happened, to whom, and when. */
            ? g_strdup_printf(_("%s, %s, %s"), title, detail, time)
            /* Translators: for screen readers: what happened, and when. */
            : g_strdup_printf(_("%s, %s"), title, time);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), name);
}

GtkWidget *
pf_history_row_new(gpointer item, gpointer unused)
{
    PfHistoryRow *self = g_object_new(PF_TYPE_HISTORY_ROW, NULL);
    PfHistoryItem *entry = PF_HISTORY_ITEM(item);
    g_autofree char *title = pf_history_item_dup_title(entry);
    g_autofree char *detail = pf_history_item_dup_detail(entry);
    g_autofree char *time = pf_history_item_dup_time(entry);
    gtk_image_set_from_icon_name(self->event_icon, pf_history_item_get_icon_name(entry),
                                 GTK_ICON_SIZE_MENU);
    pf_label_text_set(self->title_label, title);
    pf_label_text_set(self->detail_label, detail);
    gtk_label_set_text(self->time_label, time);
    set_accessible_name(self, title != NULL ? title : "", detail, time);
    return GTK_WIDGET(self);
}

static void
pf_history_row_class_init(PfHistoryRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/history-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfHistoryRow, event_icon);
    gtk_widget_class_bind_template_child(widget_class, PfHistoryRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfHistoryRow, time_label);
    gtk_widget_class_bind_template_child(widget_class, PfHistoryRow, detail_label);
}

static void
pf_history_row_init(PfHistoryRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
