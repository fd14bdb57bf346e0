/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenRow: shows a PfTokenItem, which the model replaces when it changes. */
#include "token-row.h"

#include "domain-row.h"
#include "label-text.h"

struct _PfTokenRow {
    GtkListBoxRow parent_instance;
    GtkImage *icon;
    GtkLabel *title_label;
    GtkLabel *detail_label;
    GtkLabel *logout_label;
    GtkLabel *state_label;
    GtkListBox *domain_list;
};

G_DEFINE_FINAL_TYPE(PfTokenRow, pf_token_row, GTK_TYPE_LIST_BOX_ROW)

static void
pf_token_row_class_init(PfTokenRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class, "/org/pinfold/Pinfold/token-row.ui");
    gtk_widget_class_bind_template_child(widget_class, PfTokenRow, icon);
    gtk_widget_class_bind_template_child(widget_class, PfTokenRow, title_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenRow, detail_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenRow, logout_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenRow, state_label);
    gtk_widget_class_bind_template_child(widget_class, PfTokenRow, domain_list);
}

static void
pf_token_row_init(PfTokenRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *
pf_token_row_new(gpointer item, gpointer unused)
{
    PfTokenRow *self = g_object_new(PF_TYPE_TOKEN_ROW, NULL);
    PfTokenItem *token = PF_TOKEN_ITEM(item);
    g_autofree char *title = pf_token_item_dup_title(token);
    g_autofree char *detail = pf_token_item_dup_detail(token);
    g_autofree char *state = pf_token_item_dup_state(token);
    GListModel *domains = pf_token_item_get_domains(token);
    gtk_image_set_from_icon_name(self->icon, pf_token_item_get_icon_name(token), GTK_ICON_SIZE_DND);
    pf_label_text_set(self->title_label, title);
    pf_label_text_set(self->detail_label, detail);
    pf_label_text_set(self->logout_label, pf_token_item_get_logout_words(token));
    pf_label_text_set(self->state_label, state);
    gtk_list_box_bind_model(self->domain_list, domains, pf_domain_row_new, NULL, NULL);
    gtk_widget_set_visible(GTK_WIDGET(self->domain_list), g_list_model_get_n_items(domains) > 0);
    return GTK_WIDGET(self);
}
