/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfControl: the gdbus-codegen skeleton, its checks, and its signals. */
#include "control.h"

#include <unistd.h>

#include "app-id.h"
#include "control-consents.h"
#include "control-diagnose.h"
#include "control-forget.h"
#include "control-history.h"
#include "control-keyring.h"
#include "control-status.h"
#include "control-tokens.h"
#include "pacer.h"
#include "pf-agent-dbus.h"
#include "session-bus.h"
#include "wire-names.h"

#define CHANGED_PERIOD_US (100 * G_TIME_SPAN_MILLISECOND)

struct _PfControl {
    GObject parent_instance;
    PfCache *cache;
    PfTokenRegistry *registry;
    PfPcscWatcher *watcher;
    PfSessionWatcher *session; /* NULL: nothing is said of it, nor of the next */
    const PfResetReport *resets;
    PfDBusAgent1 *skeleton;
    GDBusConnection *connection; /* NULL until the bus is there */
    guint owner_id;
    PfPacer *changed; /* sends Changed */
    PfPinTries *tries;
    PfControlHistory *history;
    PfControlTokens *tokens;
    GQueue diagnoses; /* of GDBusMethodInvocation, waiting for the registry */
};

static guint name_lost_signal;
static guint app_wanted_signal;

G_DEFINE_FINAL_TYPE(PfControl, pf_control, G_TYPE_OBJECT)

static void
send_changed(gpointer data)
{
    PfControl *self = data;
    pf_dbus_agent1_set_cache_mode(self->skeleton,
                                  pf_control_status_get_mode_name(pf_cache_get_mode(self->cache)));
    pf_dbus_agent1_emit_changed(self->skeleton);
}

static void
on_something_changed(PfControl *self)
{
    pf_pacer_poke(self->changed);
}

static void
on_tries_changed(gpointer data)
{
    on_something_changed(data);
}

static void
on_cache_forgotten(PfCache *cache, const char *token_uri, guint64 app_id, const char *reason,
                   PfControl *self)
{
    char text[PF_APP_ID_SIZE];
    pf_app_id_format(app_id, text);
    pf_dbus_agent1_emit_forgotten(self->skeleton, token_uri, text, reason);
    on_something_changed(self);
}

static gboolean
handle_get_status(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, PfControl *self)
{
    pf_dbus_agent1_complete_get_status(skeleton, invocation,
                                       pf_control_status_build(self->cache, self->registry,
                                                               self->watcher, self->tries));
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_forget(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, GVariant *filter,
              PfControl *self)
{
    pf_control_forget_answer(skeleton, invocation, filter, self->cache, self->registry);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_start_app(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, PfControl *self)
{
    if (!pf_dbus_agent1_get_prompter_present(skeleton))
        g_signal_emit(self, app_wanted_signal, 0);
    pf_dbus_agent1_complete_start_app(skeleton, invocation);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_close_id(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, const char *token_uri,
                const char *id, PfControl *self)
{
    pf_control_forget_close_id(skeleton, invocation, token_uri, id, self->cache);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Somebody asks because something is wrong: what is told is looked up now. */
static gboolean
handle_diagnose(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation, PfControl *self)
{
    g_queue_push_tail(&self->diagnoses, invocation);
    pf_pcsc_watcher_retry(self->watcher);
    pf_token_registry_refresh(self->registry);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
on_registry_refreshed(PfControl *self)
{
    GDBusMethodInvocation *invocation;
    while ((invocation = g_queue_pop_head(&self->diagnoses)) != NULL)
        pf_dbus_agent1_complete_diagnose(
            self->skeleton, invocation,
            pf_control_diagnose_build(self->session, self->resets,
                                      pf_dbus_agent1_get_prompter_present(self->skeleton)));
}

/* On a thread of GDBus's. The session bus lets in nobody else; this is for one that does. */
static gboolean
on_authorize(GDBusInterfaceSkeleton *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
    const char *sender = g_dbus_method_invocation_get_sender(invocation);
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_sync(g_dbus_method_invocation_get_connection(invocation),
                                    "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "GetConnectionUnixUser",
                                    g_variant_new("(s)", sender), G_VARIANT_TYPE("(u)"),
                                    G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    guint32 uid;
    if (answer != NULL) {
        g_variant_get(answer, "(u)", &uid);
        if (uid == getuid())
            return TRUE;
    }
    g_dbus_method_invocation_return_error_literal(invocation, G_DBUS_ERROR,
                                                  G_DBUS_ERROR_ACCESS_DENIED,
                                                  "only for the agent's own user");
    return FALSE;
}

static void
on_bus_acquired(GDBusConnection *connection, const char *name, gpointer data)
{
    PfControl *self = data;
    g_autoptr(GError) error = NULL;
    g_set_object(&self->connection, connection);
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(self->skeleton), connection,
                                          PF_WIRE_AGENT_PATH, &error))
        g_warning("cannot serve %s: %s", PF_WIRE_AGENT_PATH, error->message);
}

/* The one that had the name may be gone meanwhile, such as an agent before this one; then it is
 * nobody's, or ours. */
static void
on_owner_known(GObject *source, GAsyncResult *result, gpointer data)
{
    guint32 pid = 0;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    if (answer != NULL)
        g_variant_get(answer, "(u)", &pid);
    if (answer == NULL || pid == (guint32)getpid())
        return;
    g_autofree char *link = g_strdup_printf("/proc/%u/exe", pid);
    g_autofree char *exe = pid != 0 ? g_file_read_link(link, NULL) : NULL;
    g_warning("Another program has the name %s (process %u, %s): what is asked and told on the "
              "session bus is that one's; PINs are not, and programs find this agent by its socket",
              PF_WIRE_AGENT_NAME, pid, exe != NULL ? exe : "executable unknown");
}

static void
ask_owner(GDBusConnection *connection)
{
    g_dbus_connection_call(connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                           g_variant_new("(s)", PF_WIRE_AGENT_NAME), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_owner_known, NULL);
}

static void
on_name_acquired(GDBusConnection *connection, const char *name, gpointer data)
{
    g_debug("%s is this agent's", name);
}

static void
on_name_lost(GDBusConnection *connection, const char *name, gpointer data)
{
    PfControl *self = data;
    gboolean bus_gone = connection == NULL || g_dbus_connection_is_closed(connection);
    if (bus_gone && self->connection == NULL) {
        g_message("no session bus: status and commands are not available");
        return;
    }
    if (bus_gone)
        g_message("the session bus is gone");
    else
        ask_owner(connection);
    g_signal_emit(self, name_lost_signal, 0, bus_gone);
}

void
pf_control_start(PfControl *self)
{
    g_return_if_fail(self->owner_id == 0);
    if (!pf_session_bus_exists()) {
        g_message("no session bus: status and commands are not available");
        return;
    }
    self->owner_id =
        g_bus_own_name(G_BUS_TYPE_SESSION, PF_WIRE_AGENT_NAME, G_BUS_NAME_OWNER_FLAGS_NONE,
                       on_bus_acquired, on_name_acquired, on_name_lost, self, NULL);
}

void
pf_control_stop(PfControl *self)
{
    GDBusMethodInvocation *invocation;
    while ((invocation = g_queue_pop_head(&self->diagnoses)) != NULL)
        g_dbus_method_invocation_return_error_literal(invocation, G_DBUS_ERROR, G_DBUS_ERROR_FAILED,
                                                      "the agent stops");
    pf_pacer_calm(self->changed);
    pf_control_history_stop(self->history);
    g_clear_pointer(&self->tokens, pf_control_tokens_free);
    g_clear_handle_id(&self->owner_id, g_bus_unown_name);
    if (self->connection == NULL)
        return;
    g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(self->skeleton));
    g_dbus_connection_flush_sync(self->connection, NULL, NULL);
    g_clear_object(&self->connection);
}

void
pf_control_set_prompter(PfControl *self, pid_t pid)
{
    pf_dbus_agent1_set_prompter_present(self->skeleton, pid != 0);
    if (self->tokens != NULL)
        pf_control_tokens_set_prompter(self->tokens, pid);
}

void
pf_control_set_session_watcher(PfControl *self, PfSessionWatcher *session)
{
    g_set_object(&self->session, session);
}

void
pf_control_set_reset_report(PfControl *self, const PfResetReport *report)
{
    self->resets = report;
}

static void
pf_control_init(PfControl *self)
{
    self->skeleton = pf_dbus_agent1_skeleton_new();
    pf_dbus_agent1_set_version(self->skeleton, 1);
    g_queue_init(&self->diagnoses);
    self->changed = pf_pacer_new(CHANGED_PERIOD_US, send_changed, self);
    g_signal_connect(self->skeleton, "handle-get-status", G_CALLBACK(handle_get_status), self);
    g_signal_connect(self->skeleton, "handle-forget", G_CALLBACK(handle_forget), self);
    g_signal_connect(self->skeleton, "handle-close-id", G_CALLBACK(handle_close_id), self);
    g_signal_connect(self->skeleton, "handle-start-app", G_CALLBACK(handle_start_app), self);
    g_signal_connect(self->skeleton, "handle-diagnose", G_CALLBACK(handle_diagnose), self);
    g_signal_connect(self->skeleton, "g-authorize-method", G_CALLBACK(on_authorize), NULL);
}

static void
pf_control_dispose(GObject *object)
{
    PfControl *self = PF_CONTROL(object);
    if (self->history != NULL)
        pf_control_stop(self);
    g_clear_pointer(&self->tries, pf_pin_tries_free);
    g_clear_pointer(&self->history, pf_control_history_free);
    g_clear_pointer(&self->changed, pf_pacer_free);
    g_clear_object(&self->skeleton);
    g_clear_object(&self->cache);
    g_clear_object(&self->registry);
    g_clear_object(&self->watcher);
    g_clear_object(&self->session);
    G_OBJECT_CLASS(pf_control_parent_class)->dispose(object);
}

static void
pf_control_class_init(PfControlClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = pf_control_dispose;
    app_wanted_signal = g_signal_new("app-wanted", PF_TYPE_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);
    name_lost_signal = g_signal_new("name-lost", PF_TYPE_CONTROL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

PfControl *
pf_control_new(PfCache *cache, PfTokenRegistry *registry, PfPcscWatcher *watcher)
{
    PfControl *self = g_object_new(PF_TYPE_CONTROL, NULL);
    self->cache = g_object_ref(cache);
    self->registry = g_object_ref(registry);
    self->watcher = g_object_ref(watcher);
    pf_dbus_agent1_set_cache_mode(self->skeleton,
                                  pf_control_status_get_mode_name(pf_cache_get_mode(cache)));
    g_signal_connect_object(cache, "changed", G_CALLBACK(on_something_changed), self,
                            G_CONNECT_SWAPPED);
    pf_control_consents_connect(self->skeleton, cache);
    pf_control_keyring_connect(self->skeleton, cache);
    self->history = pf_control_history_new(self->skeleton, cache);
    self->tokens = pf_control_tokens_new(self->skeleton, cache, registry);
    self->tries = pf_pin_tries_new(cache, registry, on_tries_changed, self);
    g_signal_connect_object(cache, "forgotten", G_CALLBACK(on_cache_forgotten), self, 0);
    g_signal_connect_object(registry, "changed", G_CALLBACK(on_something_changed), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(registry, "refreshed", G_CALLBACK(on_registry_refreshed), self,
                            G_CONNECT_SWAPPED);
    return self;
}
