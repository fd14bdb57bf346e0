/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSettingsActions: the files are read before the dialog is made, since they say what is locked.
 */
#include "settings-actions.h"

#include "config-loader.h"
#include "settings-dialog.h"
#include "settings-view.h"
#include "token-names.h"
#include "token-window.h"

struct _PfSettingsActions {
    GObject parent_instance;
    GtkApplication *application; /* borrowed */
    PfAgentModel *model;
    GCancellable *cancellable;
    GtkWindow *dialog; /* weak */
    gboolean opening;
    const char *page; /* to be shown first; NULL: the first one */
    gboolean is_mode_fixed;
};

G_DEFINE_FINAL_TYPE(PfSettingsActions, pf_settings_actions, G_TYPE_OBJECT)

/* What the person had in front of them. */
static GtkWindow *
find_parent(PfSettingsActions *self)
{
    for (GList *l = gtk_application_get_windows(self->application); l != NULL; l = l->next) {
        if (PF_IS_TOKEN_WINDOW(l->data) && gtk_widget_get_visible(l->data))
            return l->data;
    }
    return NULL;
}

static void
show_dialog(PfSettingsActions *self, PfSettingsView *view, const PfConfig *config)
{
    GDBusConnection *connection =
        g_application_get_dbus_connection(G_APPLICATION(self->application));
    GtkWindow *dialog = GTK_WINDOW(pf_settings_dialog_new(view, config, self->model, connection));
    gtk_window_set_transient_for(dialog, find_parent(self));
    gtk_window_set_application(dialog, self->application);
    g_set_weak_pointer(&self->dialog, dialog);
    if (self->page != NULL)
        pf_settings_dialog_show_page(PF_SETTINGS_DIALOG(dialog), self->page);
    gtk_window_present(dialog);
}

static GAction *
new_mode(PfSettingsView *view, const PfConfig *config)
{
    if (config == NULL || config->cache_pin)
        return g_settings_create_action(pf_settings_view_get_for(view, "cache-mode"), "cache-mode");
    GSimpleAction *off = g_simple_action_new_stateful("cache-mode", G_VARIANT_TYPE_STRING,
                                                      g_variant_new_string("off"));
    g_simple_action_set_enabled(off, FALSE);
    return G_ACTION(off);
}

/* Menus show it, and that it cannot be changed. CONFIG NULL: not known yet. */
static void
add_mode(PfSettingsActions *self, PfSettingsView *view, const PfConfig *config)
{
    gboolean is_fixed =
        config != NULL &&
        (!config->cache_pin || pf_settings_view_get_locking_file(view, "cache-mode") != NULL);
    if (config != NULL && is_fixed == self->is_mode_fixed)
        return;
    g_autoptr(GAction) mode = new_mode(view, config);
    self->is_mode_fixed = is_fixed;
    g_action_map_add_action(G_ACTION_MAP(self->application), mode);
}

static void
on_config_loaded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    PfConfig *config = pf_config_loader_load_finish(result);
    if (config == NULL)
        return;
    PfSettingsActions *self = user_data;
    g_autoptr(PfSettingsView) view = pf_settings_view_new(config);
    add_mode(self, view, config);
    pf_token_names_set_view(pf_token_names_get(), view);
    if (self->opening && self->dialog == NULL)
        show_dialog(self, view, config);
    self->opening = FALSE;
    pf_config_free(config);
}

/* PAGE is static, or NULL for any. */
static void
open_settings(PfSettingsActions *self, const char *page)
{
    self->page = page;
    if (self->dialog != NULL) {
        if (page != NULL)
            pf_settings_dialog_show_page(PF_SETTINGS_DIALOG(self->dialog), page);
        gtk_window_present(self->dialog);
    } else if (!self->opening) {
        self->opening = TRUE;
        pf_config_loader_load_async(self->cancellable, on_config_loaded, self);
    }
}

static void
on_settings_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    open_settings(user_data, NULL);
}

static void
on_use_with_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    open_settings(user_data, "programs");
}

PfSettingsActions *
pf_settings_actions_new(GtkApplication *application, PfAgentModel *model)
{
    static const GActionEntry entries[] = {
        {"settings", on_settings_activated},
        {"use-with", on_use_with_activated},
    };
    PfSettingsActions *self = g_object_new(PF_TYPE_SETTINGS_ACTIONS, NULL);
    g_autoptr(PfSettingsView) view = pf_settings_view_new(NULL);
    if (view == NULL)
        g_error("The settings schema org.pinfold is not installed");
    self->application = application;
    self->model = g_object_ref(model);
    g_action_map_add_action_entries(G_ACTION_MAP(application), entries, G_N_ELEMENTS(entries),
                                    self);
    add_mode(self, view, NULL);
    pf_config_loader_load_async(self->cancellable, on_config_loaded, self);
    return self;
}

static void
dispose(GObject *object)
{
    PfSettingsActions *self = PF_SETTINGS_ACTIONS(object);
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    g_clear_weak_pointer(&self->dialog);
    g_clear_object(&self->model);
    G_OBJECT_CLASS(pf_settings_actions_parent_class)->dispose(object);
}

static void
pf_settings_actions_class_init(PfSettingsActionsClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
}

static void
pf_settings_actions_init(PfSettingsActions *self)
{
    self->cancellable = g_cancellable_new();
}
