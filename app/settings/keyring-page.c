/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfKeyringPage: the switch is a setting; the list is the agent's, and so is each change of it. */
#include "keyring-page.h"

#include <glib/gi18n.h>

#include "row-focus.h"
#include "row-separators.h"
#include "setting-group.h"
#include "setting-row.h"
#include "stored-pin-model.h"
#include "stored-pin-row.h"

struct _PfKeyringPage {
    GtkBox parent_instance;
    PfSettingRow *allow_row;
    GtkStack *list_stack;
    GtkListBox *stored_list;
    GtkLabel *state_label;
    GtkLabel *failed_label;

    PfStoredPinModel *model;
    GSimpleActionGroup *actions;
};

G_DEFINE_FINAL_TYPE(PfKeyringPage, pf_keyring_page, GTK_TYPE_BOX)

/* Why there is no list. */
static const char *
get_state_text(const char *state)
{
    if (state == NULL)
        return _("The agent is not running.");
    if (g_str_equal(state, "off"))
        return _("PINs are not put into the keyring.");
    if (g_str_equal(state, "locked"))
        return _("The keyring is locked. It is not unlocked for Pinfold: until you do that "
                 "elsewhere, you are asked for PINs.");
    if (g_str_equal(state, "plain"))
        return _("The keyring offers no encrypted connection, and so is not used.");
    if (g_str_equal(state, "ready"))
        return _("There is no PIN in the keyring.");
    return _("There is no keyring that can be used.");
}

static void
on_model_changed(PfKeyringPage *self)
{
    GListModel *list = pf_stored_pin_model_get_list(self->model);
    gboolean has_list = g_list_model_get_n_items(list) > 0;
    const char *state = pf_stored_pin_model_get_state(self->model);
    gtk_label_set_text(self->state_label,
                       pf_stored_pin_model_is_waiting(self->model) ? "" : get_state_text(state));
    gtk_stack_set_visible_child_name(self->list_stack, has_list ? "list" : "state");
    gtk_widget_hide(GTK_WIDGET(self->failed_label));
}

static void
on_model_failed(PfKeyringPage *self, const char *sentence)
{
    gtk_label_set_text(self->failed_label, sentence);
    gtk_widget_show(GTK_WIDGET(self->failed_label));
}

static void
on_remove_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfKeyringPage *self = user_data;
    pf_stored_pin_model_remove(self->model, g_variant_get_string(parameter, NULL));
}

void
pf_keyring_page_bind(PfKeyringPage *self, PfSettingsView *view, GDBusConnection *connection)
{
    pf_setting_row_bind(self->allow_row, view, "allow-keyring", "active");
    self->model = pf_stored_pin_model_new(connection);
    g_signal_connect_object(self->model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->model, "failed", G_CALLBACK(on_model_failed), self,
                            G_CONNECT_SWAPPED);
    gtk_list_box_bind_model(self->stored_list, pf_stored_pin_model_get_list(self->model),
                            pf_stored_pin_row_new, NULL, NULL);
    pf_row_focus_follow(self->stored_list, pf_stored_pin_model_get_list(self->model));
    on_model_changed(self);
}

static void
dispose(GObject *object)
{
    PfKeyringPage *self = PF_KEYRING_PAGE(object);
    g_clear_object(&self->model);
    g_clear_object(&self->actions);
    G_OBJECT_CLASS(pf_keyring_page_parent_class)->dispose(object);
}

static void
pf_keyring_page_class_init(PfKeyringPageClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(PF_TYPE_SETTING_GROUP);
    g_type_ensure(PF_TYPE_SETTING_ROW);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/pinfold/Pinfold/keyring-page.ui");
    gtk_widget_class_bind_template_child(widget_class, PfKeyringPage, allow_row);
    gtk_widget_class_bind_template_child(widget_class, PfKeyringPage, list_stack);
    gtk_widget_class_bind_template_child(widget_class, PfKeyringPage, stored_list);
    gtk_widget_class_bind_template_child(widget_class, PfKeyringPage, state_label);
    gtk_widget_class_bind_template_child(widget_class, PfKeyringPage, failed_label);
}

static void
pf_keyring_page_init(PfKeyringPage *self)
{
    static const GActionEntry entries[] = {{"remove", on_remove_activated, "s"}};
    self->actions = g_simple_action_group_new();
    g_action_map_add_action_entries(G_ACTION_MAP(self->actions), entries, G_N_ELEMENTS(entries),
                                    self);
    gtk_widget_insert_action_group(GTK_WIDGET(self), "keyring", G_ACTION_GROUP(self->actions));
    gtk_widget_init_template(GTK_WIDGET(self));
    pf_row_separators_add(self->stored_list);
}
