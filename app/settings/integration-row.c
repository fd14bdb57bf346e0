/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfIntegrationRow: shows a PfIntegrationItem. */
#include "integration-row.h"

#include "integration-item.h"
#include "label-text.h"

struct _PfIntegrationRow {
    GtkListBoxRow parent_instance;
    GtkLabel *title_label;
    GtkLabel *state_label;
    GtkLabel *detail_label;
    GtkButton *replace_button;
    GtkSwitch *use_switch;
};

G_DEFINE_FINAL_TYPE(PfIntegrationRow, pf_integration_row, GTK_TYPE_LIST_BOX_ROW)

static void
on_item_changed(PfIntegrationRow *self, PfIntegrationItem *program)
{
    g_autofree char *state = pf_integration_item_dup_state(program);
    g_autofree char *detail = pf_integration_item_dup_detail(program);
    pf_label_text_set(self->state_label, state);
    pf_label_text_set(self->detail_label, detail);
    gtk_widget_set_visible(GTK_WIDGET(self->replace_button),
                           pf_integration_item_has_doubles(program));
}

GtkWidget *
pf_integration_row_new(gpointer item, gpointer unused)
{
    PfIntegrationRow *self = g_object_new(PF_TYPE_INTEGRATION_ROW, NULL);
    PfIntegrationItem *program = PF_INTEGRATION_ITEM(item);
    const char *name = pf_integration_item_get_name(program);
    const char *title = pf_integration_item_get_title(program);
    g_autofree char *action = g_strconcat("programs.", name, NULL);
    pf_label_text_set(self->title_label, title);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(self->use_switch), action);
    gtk_actionable_set_action_target(GTK_ACTIONABLE(self->replace_button), "s", name);
    /* For screen readers, more than a switch and “Replace”. */
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->use_switch)), title);
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(self->replace_button)), title);
    g_signal_connect_object(program, "changed", G_CALLBACK(on_item_changed), self,
                            G_CONNECT_SWAPPED);
    on_item_changed(self, program);
    return GTK_WIDGET(self);
}

static void
pf_integration_row_class_init(PfIntegrationRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/integration-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfIntegrationRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfIntegrationRow, state_label);
    gtk_widget_class_bind_template_child(widget_class, PfIntegrationRow, detail_label);
    gtk_widget_class_bind_template_child(widget_class, PfIntegrationRow, replace_button);
    gtk_widget_class_bind_template_child(widget_class, PfIntegrationRow, use_switch);
}

static void
pf_integration_row_init(PfIntegrationRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
