/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHistoryPage: binds the model's list to rows, as long as it is on the screen. */
#include "history-page.h"

#include "history-model.h"
#include "history-row.h"
#include "row-separators.h"

struct _PfHistoryPage {
    GtkStack parent_instance;
    GtkListBox *list;
    PfHistoryModel *model;
};

G_DEFINE_FINAL_TYPE(PfHistoryPage, pf_history_page, GTK_TYPE_STACK)

static void
on_model_changed(PfHistoryPage *self)
{
    const char *page = "lost";
    if (pf_history_model_is_ready(self->model))
        page =
            g_list_model_get_n_items(pf_history_model_get_list(self->model)) > 0 ? "list" : "none";
    gtk_stack_set_visible_child_name(GTK_STACK(self), page);
}

void
pf_history_page_bind(PfHistoryPage *self, GDBusConnection *connection)
{
    g_return_if_fail(self->model == NULL);
    self->model = pf_history_model_new(connection);
    gtk_list_box_bind_model(self->list, pf_history_model_get_list(self->model), pf_history_row_new,
                            NULL, NULL);
    g_signal_connect_object(self->model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    pf_history_model_set_active(self->model, gtk_widget_get_mapped(GTK_WIDGET(self)));
}

static void
set_active(PfHistoryPage *self, gboolean active)
{
    if (self->model != NULL)
        pf_history_model_set_active(self->model, active);
}

static void
map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(pf_history_page_parent_class)->map(widget);
    set_active(PF_HISTORY_PAGE(widget), TRUE);
}

static void
unmap(GtkWidget *widget)
{
    set_active(PF_HISTORY_PAGE(widget), FALSE);
    GTK_WIDGET_CLASS(pf_history_page_parent_class)->unmap(widget);
}

static void
dispose(GObject *object)
{
    g_clear_object(&PF_HISTORY_PAGE(object)->model);
    G_OBJECT_CLASS(pf_history_page_parent_class)->dispose(object);
}

static void
pf_history_page_class_init(PfHistoryPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    widget_class->map = map;
    widget_class->unmap = unmap;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/history-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfHistoryPage, list);
}

static void
pf_history_page_init(PfHistoryPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_row_separators_add(self->list);
}
