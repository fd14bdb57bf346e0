/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRequestView: foreign text as plain text; rows that have nothing to say are not there. */
#include "request-view.h"

#include "label-text.h"

struct _PfRequestView {
    GtkBox parent_instance;

    GtkLabel *headline_label;
    GtkLabel *process_label;
    GtkLabel *purpose_label;
    GtkLabel *token_value;
    GtkLabel *token_details;
    GtkLabel *reader_label;
    GtkLabel *reader_value;
    GtkLabel *key_label;
    GtkLabel *key_value;
    GtkSizeGroup *label_group;
};

G_DEFINE_FINAL_TYPE(PfRequestView, pf_request_view, GTK_TYPE_BOX)

void
pf_request_view_show(PfRequestView *self, const PfPinRequest *request, GtkImage *icon)
{
    const char *reader = pf_pin_request_get_reader(request);
    const char *key = pf_pin_request_get_key_label(request);
    g_autofree char *headline = pf_pin_request_dup_headline(request);
    g_autofree char *process = pf_pin_request_dup_process(request);
    g_autofree char *purpose = pf_pin_request_dup_purpose(request);
    g_autofree char *token = pf_pin_request_dup_token(request);
    g_autofree char *details = pf_pin_request_dup_token_details(request);
    const char *icon_name = pf_pin_request_get_icon_name(request);
    if (!gtk_icon_theme_has_icon(gtk_icon_theme_get_default(), icon_name))
        icon_name = "application-x-executable";

    gtk_image_set_from_icon_name(icon, icon_name, GTK_ICON_SIZE_DIALOG);
    pf_label_text_set(self->headline_label, headline);
    pf_label_text_set(self->process_label, process);
    pf_label_text_set(self->purpose_label, purpose);
    pf_label_text_set(self->token_value, token);
    pf_label_text_set(self->token_details, details);
    pf_label_text_set(self->reader_value, reader);
    gtk_widget_set_visible(GTK_WIDGET(self->reader_label), reader != NULL);
    pf_label_text_set(self->key_value, key);
    gtk_widget_set_visible(GTK_WIDGET(self->key_label), key != NULL);
}

void
pf_request_view_align(PfRequestView *self, GtkWidget *label)
{
    gtk_size_group_add_widget(self->label_group, label);
}

static void
pf_request_view_class_init(PfRequestViewClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/request-view.ui");
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, headline_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, process_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, purpose_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, token_value);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, token_details);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, reader_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, reader_value);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, key_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, key_value);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, label_group);
}

static void
pf_request_view_init(PfRequestView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
