/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentPeriphery: connects the parts; each does its work by itself. */
#include "agent-periphery.h"

#include "app-launcher.h"
#include "card-reset.h"
#include "control.h"
#include "forget-guard.h"
#include "pcsc-watcher.h"
#include "removal-guard.h"
#include "token-registry.h"

struct PfAgentPeriphery {
    PfCache *cache;
    PfPromptBroker *broker;
    PfPcscWatcher *watcher;
    PfTokenRegistry *registry;
    PfSessionWatcher *session;
    PfCardReset *reset;
    PfForgetGuard *guard;
    PfControl *control;
};

typedef struct {
    PfCache *cache;
    char *token_uri;
    gint64 since; /* monotonic µs */
    PfTriesLeftReply reply;
    gpointer data;
} Ask;

static CK_FLAGS
get_flags_of_tries(int tries)
{
    if (tries > 1)
        return 0;
    return tries == 1 ? CKF_USER_PIN_FINAL_TRY : CKF_USER_PIN_LOCKED;
}

static void
on_tries_known(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Ask *ask = data;
    g_autofree char *token_uri = ask->token_uri;
    g_autoptr(PfCache) cache = ask->cache;
    int tries = pf_token_registry_tries_left_finish(PF_TOKEN_REGISTRY(source), result);
    if (tries >= 0)
        pf_cache_note_token_flags(cache, token_uri, get_flags_of_tries(tries), ask->since);
    ask->reply(tries, ask->data);
}

static void
ask_tries_left(const char *token_uri, PfTriesLeftReply reply, gpointer reply_data,
               gpointer user_data)
{
    PfAgentPeriphery *self = user_data;
    Ask *ask = g_new(Ask, 1);
    *ask = (Ask){g_object_ref(self->cache), g_strdup(token_uri), g_get_monotonic_time(), reply,
                 reply_data};
    pf_token_registry_tries_left_async(self->registry, token_uri, NULL, on_tries_known, ask);
}

static void
on_prompter_changed(PfAgentPeriphery *self)
{
    pf_control_set_prompter(self->control, pf_prompt_broker_get_prompter(self->broker));
}

static void
on_app_failed(gpointer owner)
{
    g_debug("The app that somebody asked for cannot be started");
}

static void
on_app_wanted(PfAgentPeriphery *self)
{
    pf_app_launcher_start(G_OBJECT(self->broker), on_app_failed);
}

static void
on_lock_changed(PfAgentPeriphery *self)
{
    pf_prompt_broker_set_locked(self->broker, pf_session_watcher_is_locked(self->session));
}

/* The helper that belongs to this very agent, installed or in a build tree; never told by the
 * environment. */
static char *
dup_helper_path(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup("/");
    return g_build_filename(folder, "pinfold-tokens", NULL);
}

PfAgentPeriphery *
pf_agent_periphery_new(PfCache *cache, PfAgentSettings *settings, PfPromptBroker *broker)
{
    PfAgentPeriphery *self = g_new0(PfAgentPeriphery, 1);
    g_autofree char *helper = dup_helper_path();
    self->broker = broker;
    self->cache = cache;
    self->watcher = pf_pcsc_watcher_new(&pf_pcsc_api, NULL);
    self->registry = pf_token_registry_new(self->watcher, helper);
    self->session = pf_session_watcher_new();
    self->reset = pf_card_reset_new(&pf_pcsc_api, cache, settings, self->registry, self->watcher);
    self->guard = pf_forget_guard_new(cache, settings, self->session, self->reset);
    self->control = pf_control_new(cache, self->registry, self->watcher);
    pf_control_set_session_watcher(self->control, self->session);
    pf_control_set_reset_report(self->control, pf_card_reset_get_report(self->reset));
    g_signal_connect_swapped(self->session, "lock-changed", G_CALLBACK(on_lock_changed), self);
    pf_removal_guard_connect(cache, self->registry);
    pf_prompt_broker_set_tries_left(broker, ask_tries_left, self);
    g_signal_connect_swapped(broker, "prompter-changed", G_CALLBACK(on_prompter_changed), self);
    g_signal_connect_swapped(self->control, "app-wanted", G_CALLBACK(on_app_wanted), self);
    on_prompter_changed(self);
    pf_token_registry_refresh(self->registry);
    pf_control_start(self->control);
    return self;
}

void
pf_agent_periphery_free(PfAgentPeriphery *self)
{
    if (self == NULL)
        return;
    g_signal_handlers_disconnect_by_data(self->broker, self);
    pf_prompt_broker_set_tries_left(self->broker, NULL, NULL);
    pf_forget_guard_free(self->guard);
    pf_card_reset_stop(self->reset);
    g_signal_handlers_disconnect_by_data(self->session, self);
    pf_session_watcher_stop(self->session);
    g_signal_handlers_disconnect_by_data(self->control, self);
    pf_control_stop(self->control);
    pf_token_registry_stop(self->registry);
    pf_pcsc_watcher_stop(self->watcher);
    g_object_unref(self->control);
    g_object_unref(self->session);
    g_object_unref(self->reset);
    g_object_unref(self->registry);
    g_object_unref(self->watcher);
    g_free(self);
}
