/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A token's change: it is held from the beginning to the end, or to the end of who began it. */
#include "control-tokens.h"

#include "bus-process.h"
#include "token-pattern.h"

#define HOLDS_MAX  8u
#define HOLD_S     120u
#define WINDOWS_MS 2000
/* A window tells nobody that it closes. */
#define WINDOWS_LOOK_MS 20

struct PfControlTokens {
    PfDBusAgent1 *skeleton;
    PfCache *cache;
    PfTokenRegistry *registry;
    pid_t prompter; /* 0: there is none */
    GCancellable *cancellable;
    GQueue waiting;   /* of GDBusMethodInvocation */
    GPtrArray *holds; /* of Hold */
};

typedef struct {
    PfControlTokens *owner;
    char *token_uri;
    char *sender;
    guint watch_id;
    guint timeout_id;
    gboolean is_ended;                 /* by NoteTokenChange, which says what came of it */
    GDBusMethodInvocation *invocation; /* NULL once it is answered */
    guint look_id;
    gint64 deadline; /* monotonic µs */
} Hold;

static void
answer_begin(Hold *hold)
{
    g_clear_handle_id(&hold->look_id, g_source_remove);
    if (hold->invocation != NULL)
        pf_dbus_agent1_complete_begin_token_change(hold->owner->skeleton,
                                                   g_steal_pointer(&hold->invocation));
}

/* Whoever began it is gone, or stuck, and may have changed the PIN: what is cached is not presented
 * to find out. Before the answer nothing had begun. */
static void
forget_if_abandoned(const Hold *hold)
{
    const PfDomainFilter filter = {.token_uri = hold->token_uri};
    if (!hold->is_ended && hold->invocation == NULL)
        pf_cache_forget(hold->owner->cache, &filter, PF_FORGET_LEASE_LOST);
}

static void
hold_free(gpointer data)
{
    Hold *hold = data;
    forget_if_abandoned(hold);
    answer_begin(hold);
    pf_cache_release_token(hold->owner->cache, hold->token_uri);
    g_bus_unwatch_name(hold->watch_id);
    g_clear_handle_id(&hold->timeout_id, g_source_remove);
    g_free(hold->token_uri);
    g_free(hold->sender);
    g_free(hold);
}

static gboolean
on_hold_timeout(gpointer data)
{
    Hold *hold = data;
    hold->timeout_id = 0;
    g_ptr_array_remove(hold->owner->holds, hold);
    return G_SOURCE_REMOVE;
}

static void
on_sender_vanished(GDBusConnection *connection, const char *name, gpointer data)
{
    Hold *hold = data;
    g_ptr_array_remove(hold->owner->holds, hold);
}

static gboolean
on_look(gpointer data)
{
    Hold *hold = data;
    if (pf_cache_is_token_busy(hold->owner->cache, hold->token_uri) &&
        g_get_monotonic_time() < hold->deadline)
        return G_SOURCE_CONTINUE;
    hold->look_id = 0;
    answer_begin(hold);
    return G_SOURCE_REMOVE;
}

static void
begin_hold(PfControlTokens *self, GDBusMethodInvocation *invocation, const char *token_uri)
{
    Hold *hold = g_new0(Hold, 1);
    hold->owner = self;
    hold->token_uri = g_strdup(token_uri);
    hold->sender = g_strdup(g_dbus_method_invocation_get_sender(invocation));
    hold->invocation = invocation;
    hold->deadline = g_get_monotonic_time() + WINDOWS_MS * G_TIME_SPAN_MILLISECOND;
    pf_cache_hold_token(self->cache, token_uri);
    hold->timeout_id = g_timeout_add_seconds(HOLD_S, on_hold_timeout, hold);
    hold->watch_id =
        g_bus_watch_name_on_connection(g_dbus_method_invocation_get_connection(invocation),
                                       hold->sender, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                       on_sender_vanished, hold, NULL);
    g_ptr_array_add(self->holds, hold);
    if (on_look(hold) == G_SOURCE_CONTINUE)
        hold->look_id = g_timeout_add(WINDOWS_LOOK_MS, on_look, hold);
}

static void
end_hold(PfControlTokens *self, const char *sender, const char *token_uri)
{
    for (guint i = 0; i < self->holds->len; i++) {
        Hold *hold = self->holds->pdata[i];
        if (!g_str_equal(hold->sender, sender) || !g_str_equal(hold->token_uri, token_uri))
            continue;
        hold->is_ended = TRUE;
        g_ptr_array_remove_index(self->holds, i);
        return;
    }
}

/* Answers INVOCATION when TOKEN_URI is none. */
static gboolean
check_uri(GDBusMethodInvocation *invocation, const char *token_uri)
{
    const char *reason = NULL;
    PfTokenPattern *token = pf_token_pattern_new(token_uri, &reason);
    if (token == NULL)
        g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                              "token_uri %s", reason);
    pf_token_pattern_free(token);
    return token != NULL;
}

typedef struct {
    PfControlTokens *owner; /* valid unless the call was cancelled */
    GDBusMethodInvocation *invocation;
} Begin;

static void
refuse(GDBusMethodInvocation *invocation, GDBusError code, const char *reason)
{
    g_dbus_method_invocation_return_error_literal(invocation, G_DBUS_ERROR, (int)code, reason);
}

/* The prompter has proven to be the app when it registered (DESIGN 8); its executable, which it
 * hides since, need not be looked at again. */
static void
on_caller_known(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Begin *begin = data;
    g_autoptr(GError) error = NULL;
    PfBusProcess caller;
    const char *token_uri;
    if (!pf_bus_process_find_finish(result, &caller, &error)) {
        refuse(begin->invocation, G_DBUS_ERROR_FAILED, "the agent stops");
        return;
    }
    g_variant_get(g_dbus_method_invocation_get_parameters(begin->invocation), "(&s)", &token_uri);
    if (begin->owner->prompter == 0 || !pf_bus_process_is(&caller, begin->owner->prompter))
        refuse(begin->invocation, G_DBUS_ERROR_ACCESS_DENIED, "only for the agent's prompter");
    else if (begin->owner->holds->len >= HOLDS_MAX)
        refuse(begin->invocation, G_DBUS_ERROR_LIMITS_EXCEEDED, "too many changes");
    else
        begin_hold(begin->owner, begin->invocation, token_uri);
}

static gboolean
handle_begin_token_change(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation,
                          const char *token_uri, PfControlTokens *self)
{
    if (!check_uri(invocation, token_uri))
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    Begin *begin = g_new(Begin, 1);
    *begin = (Begin){self, invocation};
    pf_bus_process_find(g_dbus_method_invocation_get_connection(invocation),
                        g_dbus_method_invocation_get_sender(invocation), self->cancellable,
                        on_caller_known, begin);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
note_pin_change(PfControlTokens *self, const char *token_uri)
{
    PfHistoryFact fact = {
        .event = PF_HISTORY_PIN_CHANGED,
        .token_uri = token_uri,
        .reason = "dialog",
    };
    pf_history_add(pf_cache_get_history(self->cache), &fact);
    pf_cache_token_removed(self->cache, token_uri, PF_FORGET_PIN_CHANGED);
}

/* Also where the registry does not know it, and so says nothing of it. */
static void
note_deletion(PfControlTokens *self, const char *token_uri)
{
    const PfReportedToken report = {.token_uri = token_uri, .event = PF_TOKEN_EVENT_GONE};
    pf_token_registry_take_report(self->registry, &report);
    pf_cache_token_removed(self->cache, token_uri, PF_FORGET_REMOVED);
}

/* FALSE: there is no such CHANGE. */
static gboolean
note_change(PfControlTokens *self, const char *token_uri, const char *change)
{
    if (g_str_equal(change, "pin"))
        note_pin_change(self, token_uri);
    else if (g_str_equal(change, "objects"))
        pf_cache_objects_changed(self->cache, token_uri);
    else if (g_str_equal(change, "deleted"))
        note_deletion(self, token_uri);
    else
        return g_str_equal(change, "other");
    return TRUE;
}

static gboolean
handle_note_token_change(PfDBusAgent1 *skeleton, GDBusMethodInvocation *invocation,
                         const char *token_uri, const char *change, PfControlTokens *self)
{
    if (!check_uri(invocation, token_uri))
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    if (!note_change(self, token_uri, change)) {
        refuse(invocation, G_DBUS_ERROR_INVALID_ARGS, "change is none");
        return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
    end_hold(self, g_dbus_method_invocation_get_sender(invocation), token_uri);
    g_queue_push_tail(&self->waiting, invocation);
    pf_token_registry_refresh(self->registry);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
answer_all(PfControlTokens *self)
{
    GDBusMethodInvocation *invocation;
    while ((invocation = g_queue_pop_head(&self->waiting)) != NULL)
        pf_dbus_agent1_complete_note_token_change(self->skeleton, invocation);
}

PfControlTokens *
pf_control_tokens_new(PfDBusAgent1 *skeleton, PfCache *cache, PfTokenRegistry *registry)
{
    PfControlTokens *self = g_new0(PfControlTokens, 1);
    self->skeleton = g_object_ref(skeleton);
    self->cache = g_object_ref(cache);
    self->registry = g_object_ref(registry);
    self->cancellable = g_cancellable_new();
    g_queue_init(&self->waiting);
    self->holds = g_ptr_array_new_with_free_func(hold_free);
    g_signal_connect(skeleton, "handle-begin-token-change", G_CALLBACK(handle_begin_token_change),
                     self);
    g_signal_connect(skeleton, "handle-note-token-change", G_CALLBACK(handle_note_token_change),
                     self);
    g_signal_connect_swapped(registry, "refreshed", G_CALLBACK(answer_all), self);
    return self;
}

void
pf_control_tokens_set_prompter(PfControlTokens *self, pid_t pid)
{
    self->prompter = pid;
}

void
pf_control_tokens_free(PfControlTokens *self)
{
    if (self == NULL)
        return;
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_ptr_array_unref(self->holds);
    answer_all(self);
    g_signal_handlers_disconnect_by_data(self->registry, self);
    g_signal_handlers_disconnect_by_data(self->skeleton, self);
    g_object_unref(self->registry);
    g_object_unref(self->cache);
    g_object_unref(self->skeleton);
    g_free(self);
}
