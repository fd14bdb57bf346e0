/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* NoteTokenChange: forgets at once, answers when the tokens have been read. */
#include "control-tokens.h"

#include "token-pattern.h"

struct PfControlTokens {
    PfDBusAgent1 *skeleton;
    PfCache *cache;
    PfTokenRegistry *registry;
    GQueue waiting; /* of GDBusMethodInvocation */
};

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
    const char *reason = NULL;
    PfTokenPattern *token = pf_token_pattern_new(token_uri, &reason);
    gboolean is_token = token != NULL;
    pf_token_pattern_free(token);
    if (!is_token) {
        g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                              "token_uri %s", reason);
    } else if (!note_change(self, token_uri, change)) {
        g_dbus_method_invocation_return_error_literal(invocation, G_DBUS_ERROR,
                                                      G_DBUS_ERROR_INVALID_ARGS, "change is none");
    } else {
        g_queue_push_tail(&self->waiting, invocation);
        pf_token_registry_refresh(self->registry);
    }
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
    g_queue_init(&self->waiting);
    g_signal_connect(skeleton, "handle-note-token-change", G_CALLBACK(handle_note_token_change),
                     self);
    g_signal_connect_swapped(registry, "refreshed", G_CALLBACK(answer_all), self);
    return self;
}

void
pf_control_tokens_free(PfControlTokens *self)
{
    if (self == NULL)
        return;
    answer_all(self);
    g_signal_handlers_disconnect_by_data(self->registry, self);
    g_signal_handlers_disconnect_by_data(self->skeleton, self);
    g_object_unref(self->registry);
    g_object_unref(self->cache);
    g_object_unref(self->skeleton);
    g_free(self);
}
