/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPermissionsPage: the list is the agent's, and so is each change of it. */
#include "permissions-page.h"

#include <glib/gi18n.h>

#include "choice-row.h"
#include "consent-model.h"
#include "consent-row.h"
#include "row-focus.h"
#include "row-separators.h"
#include "setting-group.h"

struct _PfPermissionsPage {
    GtkBox parent_instance;
    PfSettingGroup *sharing_group;
    GtkListBox *consent_list;
    GtkStack *list_stack;
    GtkLabel *failed_label;

    PfConsentModel *model;
    GSimpleActionGroup *actions;
    GtkWidget *question; /* "Revoke all?" while it is open */
};

G_DEFINE_FINAL_TYPE(PfPermissionsPage, pf_permissions_page, GTK_TYPE_BOX)

static const char *
get_list_page(PfPermissionsPage *self)
{
    if (!pf_consent_model_is_ready(self->model))
        return pf_consent_model_is_waiting(self->model) ? "waiting" : "lost";
    GListModel *list = pf_consent_model_get_list(self->model);
    return g_list_model_get_n_items(list) > 0 ? "list" : "none";
}

static void
on_model_changed(PfPermissionsPage *self)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self->actions), "revoke-all");
    GListModel *list = pf_consent_model_get_list(self->model);
    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), g_list_model_get_n_items(list) > 0);
    gtk_stack_set_visible_child_name(self->list_stack, get_list_page(self));
    gtk_widget_hide(GTK_WIDGET(self->failed_label));
}

static void
on_model_failed(PfPermissionsPage *self, const char *sentence)
{
    gtk_label_set_text(self->failed_label, sentence);
    gtk_widget_show(GTK_WIDGET(self->failed_label));
}

static void
on_revoke_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfPermissionsPage *self = user_data;
    pf_consent_model_revoke(self->model, g_variant_get_string(parameter, NULL));
}

static void
on_question_response(PfPermissionsPage *self, int response, GtkWidget *question)
{
    if (response == GTK_RESPONSE_OK)
        pf_consent_model_revoke(self->model, "");
    gtk_widget_destroy(question);
}

static void
on_revoke_all_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfPermissionsPage *self = user_data;
    if (self->question != NULL)
        return;
    GtkWidget *parent = gtk_widget_get_toplevel(GTK_WIDGET(self));
    GtkWidget *question =
        gtk_message_dialog_new(GTK_WINDOW(parent), GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                               GTK_BUTTONS_NONE, "%s", _("Revoke all permissions?"));
    gtk_message_dialog_format_secondary_text(
        GTK_MESSAGE_DIALOG(question), "%s",
        _("Programs that use a login by one of them lose it at once. You are asked about each "
          "program again, also about those that you never wanted to allow."));
    gtk_dialog_add_buttons(GTK_DIALOG(question), _("_Cancel"), GTK_RESPONSE_CANCEL,
                           _("_Revoke All"), GTK_RESPONSE_OK, NULL);
    gtk_dialog_set_default_response(GTK_DIALOG(question), GTK_RESPONSE_CANCEL);
    atk_object_set_name(gtk_widget_get_accessible(question), _("Revoke all permissions?"));
    g_set_weak_pointer(&self->question, question);
    g_signal_connect_object(question, "response", G_CALLBACK(on_question_response), self,
                            G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(question));
}

void
pf_permissions_page_bind(PfPermissionsPage *self, PfSettingsView *view, GDBusConnection *connection)
{
    pf_setting_group_bind_choice(self->sharing_group, view, "sharing");
    self->model = pf_consent_model_new(connection);
    g_signal_connect_object(self->model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->model, "failed", G_CALLBACK(on_model_failed), self,
                            G_CONNECT_SWAPPED);
    gtk_list_box_bind_model(self->consent_list, pf_consent_model_get_list(self->model),
                            pf_consent_row_new, NULL, NULL);
    pf_row_focus_follow(self->consent_list, pf_consent_model_get_list(self->model));
    on_model_changed(self);
}

static void
dispose(GObject *object)
{
    PfPermissionsPage *self = PF_PERMISSIONS_PAGE(object);
    if (self->question != NULL)
        gtk_widget_destroy(self->question);
    g_clear_weak_pointer(&self->question);
    g_clear_object(&self->model);
    g_clear_object(&self->actions);
    G_OBJECT_CLASS(pf_permissions_page_parent_class)->dispose(object);
}

static void
pf_permissions_page_class_init(PfPermissionsPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(PF_TYPE_CHOICE_ROW);
    g_type_ensure(PF_TYPE_SETTING_GROUP);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/permissions-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfPermissionsPage, sharing_group);
    gtk_widget_class_bind_template_child(widget_class, PfPermissionsPage, consent_list);
    gtk_widget_class_bind_template_child(widget_class, PfPermissionsPage, list_stack);
    gtk_widget_class_bind_template_child(widget_class, PfPermissionsPage, failed_label);
}

static void
pf_permissions_page_init(PfPermissionsPage *self)
{
    static const GActionEntry entries[] = {
        {"revoke", on_revoke_activated, "s"},
        {"revoke-all", on_revoke_all_activated},
    };
    self->actions = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(self->actions), entries, G_N_ELEMENTS(entries),
                                    self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "permissions", G_ACTION_GROUP(self->actions));
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_row_separators_add(self->consent_list);
}
