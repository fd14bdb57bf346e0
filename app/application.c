/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfApplication: makes the parts at startup and joins them by actions. */
#include "application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "agent-model.h"
#include "closing-hint.h"
#include "notifier.h"
#include "prompter.h"
#include "quit-guard.h"
#include "settings-actions.h"
#include "token-actions.h"
#include "token-window.h"
#include "tray.h"
#include "welcome-window.h"
#include "wire-names.h"

struct _PfApplication {
    GtkApplication parent_instance;
    PfSettingsActions *settings;
    PfAgentModel *model;
    PfQuitGuard *quit_guard;
    PfPrompter *prompter;
    PfTray *tray;
    PfNotifier *notifier;
    PfTokenWindow *window;
    PfOnceMarker *closing_hint;
    PfOnceMarker *welcome;
    gboolean is_opened; /* by the person */
    guint signal_ids[2];
};

G_DEFINE_FINAL_TYPE(PfApplication, pf_application, GTK_TYPE_APPLICATION)

static void
on_window_closed(PfApplication *self)
{
    if (!pf_tray_is_shown(self->tray))
        pf_closing_hint_show(self->closing_hint, GTK_APPLICATION(self));
}

static void
show_window(PfApplication *self)
{
    if (self->window == NULL) {
        PfConsentOffers *offers = pf_prompter_get_offers(self->prompter);
        self->window = pf_token_window_new(GTK_APPLICATION(self), self->model,
                                           pf_consent_offers_get_list(offers));
        g_signal_connect_object(self->window, "closed", G_CALLBACK(on_window_closed), self,
                                G_CONNECT_SWAPPED);
    }
    /* An open dialog is what the person is looking for. */
    gtk_window_present(GTK_WINDOW(self->window));
    pf_prompter_present(self->prompter);
}

/* The first time that the person opens Pinfold; an icon in the tray is no reason. */
static void
welcome(PfApplication *self)
{
    if (!self->is_opened || !pf_once_marker_take(self->welcome))
        return;
    gtk_window_present(GTK_WINDOW(pf_welcome_window_new(GTK_WINDOW(self->window), self->model)));
}

static void
on_welcome_known(PfApplication *self)
{
    welcome(self);
}

static void
on_open_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    show_window(user_data);
}

static void
on_history_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    show_window(user_data);
    pf_token_window_show_history(PF_APPLICATION(user_data)->window);
}

static void
on_show_prompt_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfApplication *self = user_data;
    if (!pf_prompter_present(self->prompter))
        show_window(self);
}

/* A notification can outlive its offer. */
static void
on_decide_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfApplication *self = user_data;
    PfConsentOffers *offers = pf_prompter_get_offers(self->prompter);
    if (!pf_consent_offers_decide(offers, g_variant_get_uint64(parameter)))
        show_window(self);
}

static void
on_about_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfApplication *self = user_data;
    gtk_show_about_dialog(self->window != NULL ? GTK_WINDOW(self->window) : NULL, "program-name",
                          _("Pinfold"), "version", PF_VERSION, "comments",
                          _("Type the PIN of your smart card once"), "logo-icon-name",
                          PF_WIRE_APP_NAME, "copyright", "© 2026 The Pinfold authors",
                          "license-type", GTK_LICENSE_LGPL_2_1, "translator-credits",
                          /* Translators: your names, one a line. */
                          _("translator-credits"), NULL);
}

static void
on_forget_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    PfApplication *self = user_data;
    const char *uri;
    const char *app_id;
    g_variant_get(parameter, "(&s&s)", &uri, &app_id);
    pf_agent_model_forget(self->model, uri, *app_id != '\0' ? app_id : NULL);
}

static void
on_close_id_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    const char *uri;
    const char *app_id;
    g_variant_get(parameter, "(&s&s)", &uri, &app_id);
    pf_agent_model_close_id(PF_APPLICATION(user_data)->model, uri, app_id);
}

static void
on_forget_all_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    pf_agent_model_forget(PF_APPLICATION(user_data)->model, NULL, NULL);
}

static void
on_start_agent_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    pf_agent_model_start_agent(PF_APPLICATION(user_data)->model, TRUE);
}

static void
on_quit_activated(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    pf_quit_guard_quit(PF_APPLICATION(user_data)->quit_guard);
}

static gboolean
on_signal_received(gpointer user_data)
{
    pf_quit_guard_quit_by_signal(PF_APPLICATION(user_data)->quit_guard);
    return G_SOURCE_CONTINUE;
}

static void
on_model_changed(PfApplication *self)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), "forget-all");
    g_simple_action_set_enabled(G_SIMPLE_ACTION(action),
                                pf_agent_model_count_pins(self->model) > 0);
}

/* Who asked for it by the tray or a notification may have no window open. */
static void
on_model_failed(PfApplication *self, const char *sentence)
{
    if (self->window == NULL || !gtk_widget_get_visible(GTK_WIDGET(self->window)))
        show_window(self);
    pf_token_window_show_failure(self->window, sentence);
}

static void
add_actions(PfApplication *self)
{
    static const GActionEntry entries[] = {
        {"open", on_open_activated},
        {"history", on_history_activated},
        {"show-prompt", on_show_prompt_activated},
        {"decide", on_decide_activated, "t"},
        {"about", on_about_activated},
        {"forget", on_forget_activated, "(ss)"},
        {"close-id", on_close_id_activated, "(ss)"},
        {"forget-all", on_forget_all_activated},
        {"start-agent", on_start_agent_activated},
        {"quit", on_quit_activated},
    };
    static const char *const quit_keys[] = {"<Primary>q", NULL};
    static const char *const close_keys[] = {"<Primary>w", NULL};
    static const char *const menu_keys[] = {"F10", NULL};
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    gtk_application_set_accels_for_action(GTK_APPLICATION(self), "app.quit", quit_keys);
    gtk_application_set_accels_for_action(GTK_APPLICATION(self), "win.close", close_keys);
    gtk_application_set_accels_for_action(GTK_APPLICATION(self), "win.main-menu", menu_keys);
}

static void
start_up(GApplication *application)
{
    PfApplication *self = PF_APPLICATION(application);
    G_APPLICATION_CLASS(pf_application_parent_class)->startup(application);
    g_application_hold(application);
    gtk_window_set_default_icon_name(PF_WIRE_APP_NAME);

    /* NULL without a session bus: the prompter works all the same. */
    GDBusConnection *connection = g_application_get_dbus_connection(application);
    self->model = pf_agent_model_new(connection);
    self->settings = pf_settings_actions_new(GTK_APPLICATION(self), self->model);
    add_actions(self);
    self->quit_guard = pf_quit_guard_new(GTK_APPLICATION(self));
    pf_token_actions_add(GTK_APPLICATION(self), self->model, self->quit_guard);
    self->prompter = pf_prompter_new(GTK_APPLICATION(self));
    g_signal_connect_object(self->model, "appeared", G_CALLBACK(pf_prompter_connect),
                            self->prompter, G_CONNECT_SWAPPED);
    g_signal_connect_object(self->prompter, "refused", G_CALLBACK(pf_quit_guard_give_way),
                            self->quit_guard, G_CONNECT_SWAPPED);
    g_signal_connect_object(self->model, "changed", G_CALLBACK(on_model_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->model, "failed", G_CALLBACK(on_model_failed), self,
                            G_CONNECT_SWAPPED);
    on_model_changed(self);
    PfConsentOffers *offers = pf_prompter_get_offers(self->prompter);
    self->tray = pf_tray_new(connection, self->model, pf_consent_offers_get_list(offers),
                             G_ACTION_GROUP(self));
    self->notifier = pf_notifier_new(GTK_APPLICATION(self), self->model);
    self->closing_hint = pf_once_marker_new(PF_CLOSING_HINT_MARKER);
    self->welcome = pf_once_marker_new(PF_WELCOME_MARKER);
    g_signal_connect_object(self->welcome, "known", G_CALLBACK(on_welcome_known), self,
                            G_CONNECT_SWAPPED);
    self->signal_ids[0] = g_unix_signal_add(SIGTERM, on_signal_received, self);
    self->signal_ids[1] = g_unix_signal_add(SIGINT, on_signal_received, self);
}

static void
activate(GApplication *application)
{
    PfApplication *self = PF_APPLICATION(application);
    /* The person wants PIN caching; the button in the window is for when this does not help. */
    if (pf_agent_model_get_state(self->model) != PF_AGENT_STATE_READY)
        pf_agent_model_start_agent(self->model, FALSE);
    show_window(self);
    self->is_opened = TRUE;
    welcome(self);
}

static int
handle_local_options(GApplication *application, GVariantDict *options)
{
    if (g_variant_dict_contains(options, "version")) {
        g_print("pinfold %s\n", PF_VERSION);
        return 0;
    }
    return -1;
}

static void
shut_down(GApplication *application)
{
    PfApplication *self = PF_APPLICATION(application);
    for (gsize i = 0; i < G_N_ELEMENTS(self->signal_ids); i++)
        g_clear_handle_id(&self->signal_ids[i], g_source_remove);
    g_clear_object(&self->tray);
    g_clear_object(&self->notifier);
    g_clear_object(&self->prompter);
    if (self->window != NULL)
        gtk_widget_destroy(GTK_WIDGET(self->window));
    self->window = NULL;
    g_clear_object(&self->closing_hint);
    g_clear_object(&self->welcome);
    g_clear_object(&self->quit_guard);
    g_clear_object(&self->settings);
    g_clear_object(&self->model);
    G_APPLICATION_CLASS(pf_application_parent_class)->shutdown(application);
}

static void
pf_application_class_init(PfApplicationClass *klass)
{
    GApplicationClass *application_class = G_APPLICATION_CLASS(klass);
    application_class->startup = start_up;
    application_class->activate = activate;
    application_class->shutdown = shut_down;
    application_class->handle_local_options = handle_local_options;
}

static void
pf_application_init(PfApplication *self)
{
    static const GOptionEntry options[] = {
        {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL},
        {NULL},
    };
    g_application_add_main_option_entries(G_APPLICATION(self), options);
    g_application_set_option_context_summary(
        G_APPLICATION(self),
        _("Type the PIN of your smart card once: tray icon, PIN dialog, tokens "
          "and settings."));
}

PfApplication *
pf_application_new(void)
{
    return g_object_new(PF_TYPE_APPLICATION, "application-id", PF_WIRE_APP_NAME, NULL);
}
