/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRequestView: foreign text as plain text; rows that have nothing to say are not there. */
#include "request-view.h"

#include <glib/gi18n.h>

#include "label-text.h"
#include "program-icon.h"

struct _PfRequestView {
    GtkBox parent_instance;

    GtkLabel *headline_label;
    GtkLabel *process_label;
    GtkLabel *identity_label;
    GtkLabel *purpose_label;
    GtkLabel *token_label;
    GtkLabel *token_value;
    GtkLabel *token_details;
    GtkLabel *reader_label;
    GtkLabel *reader_value;
    GtkLabel *key_label;
    GtkLabel *key_value;
    GtkLabel *users_label;
    GtkLabel *users_value;
    GtkLabel *group_label;
    GtkLabel *group_value;
    GtkSizeGroup *label_group;
};

G_DEFINE_FINAL_TYPE(PfRequestView, pf_request_view, GTK_TYPE_BOX)

/* Whose login it is, where the question is about one. */
static void
show_login(PfRequestView *self, const PfPinRequest *request)
{
    g_autofree char *users = pf_pin_request_dup_users(request);
    const char *group = pf_pin_request_get_group(request);
    const char *id = pf_pin_request_get_shared_id(request);
    pf_label_text_set(self->users_value, users);
    gtk_widget_set_visible(GTK_WIDGET(self->users_label), users != NULL);
    if (group != NULL)
        /* Translators: stands before the name of a group of programs. */
        gtk_label_set_text(self->group_label, _("Group"));
    else
        /* Translators: stands before two numbers with a colon. */
        gtk_label_set_text(self->group_label, _("Application ID"));
    pf_label_text_set(self->group_value, group != NULL ? group : id);
    gtk_widget_set_visible(GTK_WIDGET(self->group_label), group != NULL || id != NULL);
}

void
pf_request_view_show(PfRequestView *self, const PfPinRequest *request, GtkImage *icon)
{
    const char *reader = pf_pin_request_get_reader(request);
    const char *key = pf_pin_request_get_key_label(request);
    g_autofree char *headline = pf_pin_request_dup_headline(request);
    g_autofree char *process = pf_pin_request_dup_process(request);
    g_autofree char *identity = pf_pin_request_dup_identity(request);
    g_autofree char *purpose = pf_pin_request_dup_purpose(request);
    g_autofree char *token = pf_pin_request_dup_token(request);
    g_autofree char *details = pf_pin_request_dup_token_details(request);

    pf_program_icon_set(icon, pf_pin_request_get_icon_name(request));
    pf_label_text_set(self->headline_label, headline);
    pf_label_text_set(self->process_label, process);
    pf_label_text_set(self->identity_label, identity);
    pf_label_text_set(self->purpose_label, purpose);
    gtk_widget_set_visible(GTK_WIDGET(self->token_label), token != NULL);
    pf_label_text_set(self->token_value, token);
    pf_label_text_set(self->token_details, details);
    pf_label_text_set(self->reader_value, reader);
    gtk_widget_set_visible(GTK_WIDGET(self->reader_label), reader != NULL);
    pf_label_text_set(self->key_value, key);
    gtk_widget_set_visible(GTK_WIDGET(self->key_label), key != NULL);
    show_login(self, request);
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
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, identity_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, purpose_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, token_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, token_value);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, token_details);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, reader_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, reader_value);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, key_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, key_value);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, users_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, users_value);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, group_label);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, group_value);
    gtk_widget_class_bind_template_child(widget_class, PfRequestView, label_group);
}

static void
pf_request_view_init(PfRequestView *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
