/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHistoryRow: shows a PfHistoryItem, in which only the names of tokens change; the time does. */
#include "history-row.h"

#include <glib/gi18n.h>

#include "history-item.h"
#include "label-text.h"
#include "token-names.h"

struct _PfHistoryRow {
    GtkListBoxRow parent_instance;
    PfHistoryItem *entry;
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

static void
show_entry(PfHistoryRow *self)
{
    g_autofree char *title = pf_history_item_dup_title(self->entry);
    g_autofree char *detail = pf_history_item_dup_detail(self->entry);
    g_autofree char *time = pf_history_item_dup_time(self->entry);
    gtk_image_set_from_icon_name(self->event_icon, pf_history_item_get_icon_name(self->entry),
                                 GTK_ICON_SIZE_MENU);
    pf_label_text_set(self->title_label, title);
    pf_label_text_set(self->detail_label, detail);
    gtk_label_set_text(self->time_label, time);
    set_accessible_name(self, title != NULL ? title : "", detail, time);
}

/* What was today is a day with its date when the page is turned to tomorrow. */
static void
map(GtkWidget *widget)
{
    PfHistoryRow *self = PF_HISTORY_ROW(widget);
    g_autofree char *time = pf_history_item_dup_time(self->entry);
    if (!g_str_equal(time, gtk_label_get_text(self->time_label)))
        show_entry(self);
    GTK_WIDGET_CLASS(pf_history_row_parent_class)->map(widget);
}

GtkWidget *
pf_history_row_new(gpointer item, gpointer unused)
{
    PfHistoryRow *self = g_object_new(PF_TYPE_HISTORY_ROW, NULL);
    self->entry = g_object_ref(item);
    g_signal_connect_object(pf_token_names_get(), "changed", G_CALLBACK(show_entry), self,
                            G_CONNECT_SWAPPED);
    show_entry(self);
    return GTK_WIDGET(self);
}

static void
dispose(GObject *object)
{
    g_clear_object(&PF_HISTORY_ROW(object)->entry);
    G_OBJECT_CLASS(pf_history_row_parent_class)->dispose(object);
}

static void
pf_history_row_class_init(PfHistoryRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    widget_class->map = map;
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
