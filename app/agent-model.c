/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentModel: follows Agent1 on the session bus and keeps a list of readers and tokens. */
#include "agent-model.h"

#include <glib/gi18n.h>

#include "agent-watch.h"
#include "forget-words.h"
#include "token-items.h"
#include "token-names.h"
#include "token-status.h"
#include "wire-names.h"

struct _PfAgentModel {
    GObject parent_instance;
    GDBusConnection *connection;
    PfAgentWatch *watch;
    PfAgentState state;
    GListStore *tokens;
    GVariant *domains; /* of the last status; NULL before one */
    GVariant *modules; /* of the last status; NULL: not known */
    gboolean has_reader_service;
    gboolean reading;
    const char *last_forgotten; /* words of forget-words.h, or NULL */
    gboolean asking;            /* a GetStatus is on its way */
    gboolean stale;             /* and what it will say is already old */
    GPtrArray *wishes;          /* what Forget is to be asked once it is known who the agent is */
};

G_DEFINE_FINAL_TYPE(PfAgentModel, pf_agent_model, G_TYPE_OBJECT)

enum {
    SIGNAL_APPEARED,
    SIGNAL_CHANGED,
    SIGNAL_FAILED,
    SIGNAL_FORGOTTEN,
    SIGNAL_TOKEN_CHANGED,
    N_SIGNALS
};
static guint signals[N_SIGNALS];

static void ask_status(PfAgentModel *self);
static void ask_forget(gpointer filter, gpointer user_data);

static void
fail(PfAgentModel *self, const char *sentence, const GError *error)
{
    g_warning("%s %s", sentence, error->message);
    g_signal_emit(self, signals[SIGNAL_FAILED], 0, sentence);
}

static void
set_state(PfAgentModel *self, PfAgentState state, gboolean changed)
{
    if (self->state == state && !changed)
        return;
    self->state = state;
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* Of an agent that was killed nobody has said what became of the PINs that it had since. */
static void
set_nothing(PfAgentModel *self, PfAgentState state)
{
    g_autoptr(GPtrArray) nothing = g_ptr_array_new();
    if (self->last_forgotten != pf_forget_words_find("agent-stop"))
        self->last_forgotten = NULL;
    set_state(self, state, pf_token_items_update(self->tokens, nothing));
}

/* Returns whether anything changed. */
static gboolean
set_facts(PfAgentModel *self, GVariant *status)
{
    gboolean has_service = TRUE;
    gboolean reading = FALSE;
    g_autoptr(GVariant) old_modules = self->modules;
    g_variant_lookup(status, "reader_service", "b", &has_service);
    g_variant_lookup(status, "reading", "b", &reading);
    self->modules = g_variant_lookup_value(status, "modules", G_VARIANT_TYPE("aa{sv}"));
    gboolean changed = self->has_reader_service != has_service || self->reading != reading ||
                       (old_modules == NULL) != (self->modules == NULL) ||
                       (old_modules != NULL && !g_variant_equal(old_modules, self->modules));
    self->has_reader_service = has_service;
    self->reading = reading;
    return changed;
}

static void
apply_status(PfAgentModel *self, GVariant *status)
{
    g_autoptr(GPtrArray) items = pf_token_status_read(status);
    g_clear_pointer(&self->domains, g_variant_unref);
    self->domains = pf_token_status_lookup_list(status, "domains");
    gboolean changed = set_facts(self, status);
    set_state(self, PF_AGENT_STATE_READY, pf_token_items_update(self->tokens, items) || changed);
}

static void
on_get_status_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) status = NULL;
    gboolean ok =
        pf_dbus_agent1_call_get_status_finish(PF_DBUS_AGENT1(source), &status, result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfAgentModel *self = user_data;
    self->asking = FALSE;
    if (!ok)
        g_warning("Reading the agent's status: %s", error->message);
    else
        apply_status(self, status);
    /* An agent that was stopped for a while does not say so when it goes on. */
    if (self->stale || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        ask_status(self);
}

/* At most one call is on its way; what changes meanwhile is asked for once, afterwards. */
static void
ask_status(PfAgentModel *self)
{
    self->stale = self->asking;
    if (self->asking)
        return;
    self->asking = TRUE;
    pf_dbus_agent1_call_get_status(pf_agent_watch_get_agent(self->watch),
                                   pf_agent_watch_get_cancellable(self->watch), on_get_status_done,
                                   self);
}

static void
on_agent_signal(const char *name, GVariant *parameters, gpointer owner)
{
    PfAgentModel *self = owner;
    const char *uri;
    const char *reason;
    if (g_str_equal(name, "Changed")) {
        ask_status(self);
    } else if (g_str_equal(name, "Forgotten") &&
               g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sss)"))) {
        g_variant_get(parameters, "(&s&s&s)", &uri, NULL, &reason);
        self->last_forgotten = pf_forget_words_find(reason);
        g_signal_emit(self, signals[SIGNAL_FORGOTTEN], 0, uri, reason);
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
    }
}

static void
on_agent_presence(PfAgentPresence presence, gpointer owner)
{
    PfAgentModel *self = owner;
    self->asking = FALSE;
    self->stale = FALSE;
    if (presence == PF_AGENT_PRESENT)
        g_ptr_array_foreach(self->wishes, ask_forget, self);
    if (presence != PF_AGENT_UNKNOWN)
        g_ptr_array_set_size(self->wishes, 0);
    switch (presence) {
    case PF_AGENT_UNKNOWN:
        set_state(self, PF_AGENT_STATE_CONNECTING, FALSE);
        break;
    case PF_AGENT_ABSENT:
        set_nothing(self, PF_AGENT_STATE_LOST);
        break;
    case PF_AGENT_FOREIGN:
        set_nothing(self, PF_AGENT_STATE_FOREIGN);
        break;
    case PF_AGENT_PRESENT:
        g_signal_emit(self, signals[SIGNAL_APPEARED], 0);
        ask_status(self);
        break;
    }
}

/* After those who say whether names can be given: rows ask them. */
static void
on_names_changed(PfAgentModel *self)
{
    pf_token_items_note_names(G_LIST_MODEL(self->tokens));
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

PfAgentModel *
pf_agent_model_new(GDBusConnection *connection)
{
    PfAgentModel *self = g_object_new(PF_TYPE_AGENT_MODEL, NULL);
    self->watch =
        pf_agent_watch_new(connection, &(PfAgentWatchCalls){on_agent_presence, on_agent_signal},
                           self);
    g_signal_connect_object(pf_token_names_get(), "changed", G_CALLBACK(on_names_changed), self,
                            G_CONNECT_SWAPPED | G_CONNECT_AFTER);
    if (connection == NULL)
        self->state = PF_AGENT_STATE_LOST;
    else
        self->connection = g_object_ref(connection);
    return self;
}

PfAgentState
pf_agent_model_get_state(PfAgentModel *self)
{
    return self->state;
}

GListModel *
pf_agent_model_get_tokens(PfAgentModel *self)
{
    return G_LIST_MODEL(self->tokens);
}

GVariant *
pf_agent_model_get_domains(PfAgentModel *self)
{
    return self->state == PF_AGENT_STATE_READY ? self->domains : NULL;
}

gboolean
pf_agent_model_has_reader_service(PfAgentModel *self)
{
    return self->has_reader_service;
}

gboolean
pf_agent_model_is_reading(PfAgentModel *self)
{
    return self->reading;
}

GVariant *
pf_agent_model_get_modules(PfAgentModel *self)
{
    return self->state == PF_AGENT_STATE_READY ? self->modules : NULL;
}

guint
pf_agent_model_count_tokens(PfAgentModel *self)
{
    return pf_token_items_count(G_LIST_MODEL(self->tokens));
}

guint
pf_agent_model_count_pins(PfAgentModel *self)
{
    return pf_token_items_count_pins(G_LIST_MODEL(self->tokens));
}

char *
pf_agent_model_dup_still_open(PfAgentModel *self)
{
    return pf_token_items_dup_still_open(G_LIST_MODEL(self->tokens));
}

static void
on_forget_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfAgentModel) self = user_data;
    g_autoptr(GError) error = NULL;
    if (!pf_dbus_agent1_call_forget_finish(PF_DBUS_AGENT1(source), NULL, result, &error))
        fail(self, _("The PIN could not be forgotten: the agent did not answer."), error);
}

const char *
pf_agent_model_get_last_forgotten(PfAgentModel *self)
{
    return self->last_forgotten;
}

static void
ask_forget(gpointer filter, gpointer user_data)
{
    PfAgentModel *self = user_data;
    pf_dbus_agent1_call_forget(pf_agent_watch_get_agent(self->watch), filter, NULL, on_forget_done,
                               g_object_ref(self));
}

/* A button of a notification may have started the app, which knows no agent yet. */
void
pf_agent_model_forget(PfAgentModel *self, const char *uri, const char *app_id)
{
    GVariantDict filter;
    g_variant_dict_init(&filter, NULL);
    if (uri != NULL)
        g_variant_dict_insert(&filter, "token-uri", "s", uri);
    if (app_id != NULL)
        g_variant_dict_insert(&filter, "app-id", "s", app_id);
    g_autoptr(GVariant) wish = g_variant_ref_sink(g_variant_dict_end(&filter));
    if (pf_agent_watch_get_agent(self->watch) != NULL)
        ask_forget(wish, self);
    else if (self->state == PF_AGENT_STATE_CONNECTING)
        g_ptr_array_add(self->wishes, g_steal_pointer(&wish));
}

static void
on_close_id_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfAgentModel) self = user_data;
    g_autoptr(GError) error = NULL;
    if (!pf_dbus_agent1_call_close_id_finish(PF_DBUS_AGENT1(source), NULL, result, &error))
        fail(self, _("The login could not be ended: the agent did not answer."), error);
}

void
pf_agent_model_close_id(PfAgentModel *self, const char *uri, const char *app_id)
{
    PfDbusAgent1 *agent = pf_agent_watch_get_agent(self->watch);
    if (agent != NULL)
        pf_dbus_agent1_call_close_id(agent, uri, app_id, NULL, on_close_id_done,
                                     g_object_ref(self));
}

static void
on_diagnose_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfAgentModel) self = user_data;
    g_autoptr(GError) error = NULL;
    if (!pf_dbus_agent1_call_diagnose_finish(PF_DBUS_AGENT1(source), NULL, result, &error))
        fail(self, _("The agent could not look for tokens: it did not answer."), error);
}

void
pf_agent_model_look_again(PfAgentModel *self)
{
    PfDbusAgent1 *agent = pf_agent_watch_get_agent(self->watch);
    if (agent != NULL)
        pf_dbus_agent1_call_diagnose(agent, NULL, on_diagnose_done, g_object_ref(self));
}

void
pf_agent_model_note_change(PfAgentModel *self, const char *uri)
{
    g_signal_emit(self, signals[SIGNAL_TOKEN_CHANGED], 0, uri);
}

static void
on_start_service_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (reply != NULL)
        return;
    g_message("Starting the agent: %s", error->message);
}

static void
on_start_service_told(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfAgentModel) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (reply == NULL)
        fail(self, _("The agent could not be started."), error);
}

void
pf_agent_model_start_agent(PfAgentModel *self, gboolean tell)
{
    if (self->connection == NULL) {
        if (tell)
            g_signal_emit(self, signals[SIGNAL_FAILED], 0, _("The agent could not be started."));
        return;
    }
    g_dbus_connection_call(self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "StartServiceByName",
                           g_variant_new("(su)", PF_WIRE_AGENT_NAME, 0), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                           tell ? on_start_service_told : on_start_service_done,
                           tell ? g_object_ref(self) : NULL);
}

static void
dispose(GObject *object)
{
    PfAgentModel *self = PF_AGENT_MODEL(object);
    g_clear_pointer(&self->watch, pf_agent_watch_free);
    g_clear_object(&self->tokens);
    g_clear_pointer(&self->wishes, g_ptr_array_unref);
    g_clear_pointer(&self->domains, g_variant_unref);
    g_clear_pointer(&self->modules, g_variant_unref);
    g_clear_object(&self->connection);
    G_OBJECT_CLASS(pf_agent_model_parent_class)->dispose(object);
}

static void
pf_agent_model_class_init(PfAgentModelClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    signals[SIGNAL_APPEARED] = g_signal_new("appeared", PF_TYPE_AGENT_MODEL, G_SIGNAL_RUN_LAST, 0,
                                            NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_CHANGED] = g_signal_new("changed", PF_TYPE_AGENT_MODEL, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_FAILED] = g_signal_new("failed", PF_TYPE_AGENT_MODEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[SIGNAL_FORGOTTEN] =
        g_signal_new("forgotten", PF_TYPE_AGENT_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
    signals[SIGNAL_TOKEN_CHANGED] =
        g_signal_new("token-changed", PF_TYPE_AGENT_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
pf_agent_model_init(PfAgentModel *self)
{
    self->tokens = g_list_store_new(PF_TYPE_TOKEN_ITEM);
    self->wishes = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
}
