/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPromptBroker: the queue of dialogs, and whose turn it is. */
#include "prompt-broker.h"

#include <string.h>

#include "app-launcher.h"
#include "cache-error.h"
#include "prompt-broker-private.h"
#include "prompter-calls.h"
#include "prompter-executable.h"

/* A dialog that nobody answers does not stay for ever. */
#define DIALOG_TIMEOUT_S 180
/* How long a started app may take to register (DESIGN 9a). */
#define LAUNCH_TIMEOUT_S 5
/* A question that comes up while the screen is locked waits so long for the person. */
#define LOCKED_TIMEOUT_S 60

G_DEFINE_FINAL_TYPE(PfPromptBroker, pf_prompt_broker, G_TYPE_OBJECT)

static guint prompter_changed_signal;

static void schedule_pump(PfPromptBroker *self);

/* PROMPT's dialog, if one is open, is no more; the next may come. */
static void
finish(PfPromptBroker *self, PfPrompt *prompt)
{
    prompt->state = PF_PROMPT_STATE_OVER;
    prompt->request = 0;
    g_clear_handle_id(&prompt->locked_timeout, g_source_remove);
    /* The head alone has a dialog. */
    if (g_queue_peek_head(&self->prompts) == prompt)
        g_clear_handle_id(&self->dialog_timeout, g_source_remove);
    g_queue_remove(&self->prompts, prompt);
    schedule_pump(self);
}

void
pf_prompt_broker_conclude(PfPrompt *prompt, PfPromptOutcome outcome)
{
    finish(prompt->broker, prompt);
    prompt->func(prompt, outcome, NULL, NULL, prompt->user_data);
}

/* Nobody can be asked: everybody who waits is told. */
static void
conclude_all_unavailable(PfPromptBroker *self)
{
    /* Prompts asked for from within the functions wait for the next attempt. */
    guint count = g_queue_get_length(&self->prompts);
    for (; count > 0 && !g_queue_is_empty(&self->prompts); count--) {
        PfPrompt *prompt = g_queue_peek_head(&self->prompts);
        if (prompt->state == PF_PROMPT_STATE_ANSWERED)
            finish(self, prompt); /* its PIN is under way; only the dialog is lost */
        else
            pf_prompt_broker_conclude(prompt, PF_PROMPT_UNAVAILABLE);
    }
}

static gboolean
on_dialog_timeout(gpointer user_data)
{
    PfPromptBroker *self = user_data;
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    self->dialog_timeout = 0;
    pf_prompter_close(self->bus, prompt->request, "withdrawn");
    pf_prompt_broker_conclude(prompt, PF_PROMPT_TIMED_OUT);
    return G_SOURCE_REMOVE;
}

static void
on_prompter_refused(guint64 request, gpointer user_data)
{
    PfPromptBroker *self = user_data;
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    /* A refusal that comes late is of a dialog that is over. */
    if (prompt != NULL && prompt->state == PF_PROMPT_STATE_OPEN && prompt->request == request)
        pf_prompt_broker_conclude(prompt, PF_PROMPT_UNAVAILABLE);
}

static void
show(PfPromptBroker *self, PfPrompt *prompt, int tries)
{
    guint64 request = pf_prompter_draw_request();
    int r = pf_prompter_show(self->bus, prompt->is_retry ? prompt->previous : 0, request,
                             prompt->details, tries, on_prompter_refused, self);
    if (r < 0) {
        g_warning("The dialog cannot be shown: %s", g_strerror(-r));
        pf_prompt_broker_conclude(prompt, PF_PROMPT_UNAVAILABLE);
        return;
    }
    prompt->request = request;
    prompt->state = PF_PROMPT_STATE_OPEN;
    self->dialog_timeout = g_timeout_add_seconds(DIALOG_TIMEOUT_S, on_dialog_timeout, self);
}

typedef struct {
    PfPromptBroker *broker;
    guint64 serial;
} TriesQuestion;

/* It was the last try when somebody saw it; by now it is not. */
static gboolean
is_needless(const PfDialogDetails *details, int tries)
{
    return details->kind == PF_DIALOG_TRY && tries > 1;
}

/* Does the person see how many tries the user's PIN has left? */
static gboolean
shows_tries(const PfDialogDetails *details)
{
    return details->kind != PF_DIALOG_CONSENT &&
           !(details->kind == PF_DIALOG_TRY && g_strcmp0(details->operation, "officer") == 0);
}

static void
on_tries_left(int tries, gpointer reply_data)
{
    g_autofree TriesQuestion *question = reply_data;
    g_autoptr(PfPromptBroker) self = question->broker;
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    if (prompt == NULL || prompt->serial != question->serial ||
        prompt->state != PF_PROMPT_STATE_ASKING_TRIES)
        return;
    if (self->bus == NULL)
        pf_prompt_broker_conclude(prompt, PF_PROMPT_UNAVAILABLE);
    else if (is_needless(prompt->details, tries))
        pf_prompt_broker_conclude(prompt, PF_PROMPT_ANSWERED);
    else
        show(self, prompt, tries);
}

static void
ask_tries_then_show(PfPromptBroker *self, PfPrompt *prompt)
{
    prompt->is_retry = prompt->state == PF_PROMPT_STATE_RETRY;
    if (self->tries_left == NULL || !shows_tries(prompt->details)) {
        show(self, prompt, -1);
        return;
    }
    prompt->state = PF_PROMPT_STATE_ASKING_TRIES;
    TriesQuestion *question = g_new(TriesQuestion, 1);
    *question = (TriesQuestion){g_object_ref(self), prompt->serial};
    self->tries_left(prompt->details->token_uri, on_tries_left, question, self->tries_left_data);
}

static gboolean
on_launch_timeout(gpointer user_data)
{
    PfPromptBroker *self = user_data;
    self->launch_timeout = 0;
    g_message("Nobody can be asked for a PIN: the app did not register in %d s", LAUNCH_TIMEOUT_S);
    conclude_all_unavailable(self);
    return G_SOURCE_REMOVE;
}

static void
on_launch_failed(gpointer user_data)
{
    PfPromptBroker *self = user_data;
    if (self->bus != NULL || self->launch_timeout == 0)
        return;
    g_clear_handle_id(&self->launch_timeout, g_source_remove);
    conclude_all_unavailable(self);
}

static gboolean
pump(gpointer user_data)
{
    PfPromptBroker *self = user_data;
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    self->pump_source = 0;
    if (prompt == NULL || self->is_locked ||
        (prompt->state != PF_PROMPT_STATE_QUEUED && prompt->state != PF_PROMPT_STATE_RETRY))
        return G_SOURCE_REMOVE;
    if (self->bus != NULL) {
        ask_tries_then_show(self, prompt);
    } else if (self->launch_timeout == 0) {
        self->launch_timeout = g_timeout_add_seconds(LAUNCH_TIMEOUT_S, on_launch_timeout, self);
        pf_app_launcher_start(G_OBJECT(self), on_launch_failed);
    }
    return G_SOURCE_REMOVE;
}

/* From the loop, so that no function is called from within the call that asked. */
static void
schedule_pump(PfPromptBroker *self)
{
    if (self->pump_source == 0 && !g_queue_is_empty(&self->prompts))
        self->pump_source = g_idle_add(pump, self);
}

static gboolean
on_locked_timeout(gpointer user_data)
{
    PfPrompt *prompt = user_data;
    prompt->locked_timeout = 0;
    g_debug("Nobody has come back to a locked screen");
    pf_prompt_broker_conclude(prompt, PF_PROMPT_TIMED_OUT);
    return G_SOURCE_REMOVE;
}

/* PROMPT waits for the person to come back; what its dialog may answer is void. One whose PIN is
 * under way needs the person no more, unless it comes back to be asked again. */
static void
hide(PfPromptBroker *self, PfPrompt *prompt)
{
    if (prompt->state == PF_PROMPT_STATE_ANSWERED)
        return;
    if (prompt->request != 0 && self->bus != NULL)
        pf_prompter_close(self->bus, prompt->request, "withdrawn");
    if (prompt->state == PF_PROMPT_STATE_OPEN)
        g_clear_handle_id(&self->dialog_timeout, g_source_remove);
    prompt->state = PF_PROMPT_STATE_QUEUED;
    prompt->request = 0;
    if (prompt->locked_timeout == 0)
        prompt->locked_timeout = g_timeout_add_seconds(LOCKED_TIMEOUT_S, on_locked_timeout, prompt);
}

void
pf_prompt_broker_set_locked(PfPromptBroker *self, gboolean is_locked)
{
    if (self->is_locked == is_locked)
        return;
    self->is_locked = is_locked;
    g_debug("The screen is %s for dialogs", is_locked ? "locked" : "open");
    pf_consent_offers_set_hidden(self->offers, is_locked);
    /* The app is started again for the person who comes back. */
    if (is_locked)
        g_clear_handle_id(&self->launch_timeout, g_source_remove);
    for (GList *l = self->prompts.head; l != NULL; l = l->next) {
        PfPrompt *prompt = l->data;
        if (is_locked)
            hide(self, prompt);
        else
            g_clear_handle_id(&prompt->locked_timeout, g_source_remove);
    }
    schedule_pump(self);
}

PfPromptBroker *
pf_prompt_broker_new(void)
{
    return g_object_new(PF_TYPE_PROMPT_BROKER, NULL);
}

void
pf_prompt_broker_set_tries_left(PfPromptBroker *self, PfTriesLeftFunc func, gpointer user_data)
{
    self->tries_left = func;
    self->tries_left_data = user_data;
}

gboolean
pf_prompt_broker_has_prompter(PfPromptBroker *self)
{
    return self->bus != NULL;
}

pid_t
pf_prompt_broker_get_prompter(PfPromptBroker *self)
{
    return self->prompter != NULL ? self->prompter->pid : 0;
}

gboolean
pf_prompt_broker_is_prompter(PfPromptBroker *self, const PfPeerIdentity *identity)
{
    /* Whatever is known of its executable: the app hides that once it is registered. */
    return self->prompter != NULL && pf_peer_identity_is_same_process(self->prompter, identity);
}

gboolean
pf_prompt_broker_register(PfPromptBroker *self, sd_bus *bus, const PfPeerIdentity *identity,
                          GError **error)
{
    if (self->bus != NULL) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_ACCESS_DENIED,
                            "There is a prompter already");
        return FALSE;
    }
    if (!pf_prompter_executable_matches(identity)) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_ACCESS_DENIED,
                            "Not the app that belongs to this agent");
        return FALSE;
    }
    self->bus = sd_bus_ref(bus);
    self->prompter = identity;
    pf_consent_offers_set_bus(self->offers, bus);
    g_clear_handle_id(&self->launch_timeout, g_source_remove);
    schedule_pump(self);
    g_signal_emit(self, prompter_changed_signal, 0);
    return TRUE;
}

void
pf_prompt_broker_connection_closed(PfPromptBroker *self, sd_bus *bus)
{
    if (self->bus != bus)
        return;
    self->bus = sd_bus_unref(self->bus);
    self->prompter = NULL;
    pf_consent_offers_set_bus(self->offers, NULL);
    PfPrompt *head = g_queue_peek_head(&self->prompts);
    if (head != NULL && head->state == PF_PROMPT_STATE_ANSWERED)
        finish(self, head);
    else if (head != NULL && head->state != PF_PROMPT_STATE_QUEUED)
        pf_prompt_broker_conclude(head, PF_PROMPT_UNAVAILABLE);
    g_signal_emit(self, prompter_changed_signal, 0);
}

PfPrompt *
pf_prompt_broker_ask(PfPromptBroker *self, PfDialogDetails *details, PfPromptFunc func,
                     gpointer user_data)
{
    PfPrompt *prompt = g_new0(PfPrompt, 1);
    *prompt = (PfPrompt){
        .broker = self,
        .details = details,
        .func = func,
        .user_data = user_data,
        .serial = ++self->last_serial,
    };
    g_queue_push_tail(&self->prompts, prompt);
    if (self->is_locked)
        hide(self, prompt);
    schedule_pump(self);
    return prompt;
}

void
pf_prompt_broker_retry(PfPromptBroker *self, PfPrompt *prompt, PfPromptFunc func,
                       gpointer user_data)
{
    prompt->func = func;
    prompt->user_data = user_data;
    if (prompt->state == PF_PROMPT_STATE_OVER) {
        /* The dialog was lost while the token decided: a new one. */
        prompt->state = PF_PROMPT_STATE_QUEUED;
        g_queue_push_tail(&self->prompts, prompt);
    } else {
        prompt->previous = prompt->request;
        prompt->state = PF_PROMPT_STATE_RETRY;
    }
    if (self->is_locked)
        hide(self, prompt);
    schedule_pump(self);
}

void
pf_prompt_set_token_flags(PfPrompt *prompt, guint64 token_flags)
{
    prompt->details->token_flags = token_flags;
}

const PfDialogDetails *
pf_prompt_get_details(const PfPrompt *prompt)
{
    return prompt->details;
}

PfRemember
pf_prompt_get_remember(const PfPrompt *prompt)
{
    return prompt->remember;
}

PfConsentDecision
pf_prompt_get_decision(const PfPrompt *prompt)
{
    return prompt->decision;
}

PfConsentOffers *
pf_prompt_broker_get_offers(PfPromptBroker *self)
{
    return self->offers;
}

void
pf_prompt_broker_close(PfPromptBroker *self, PfPrompt *prompt, const char *reason)
{
    if (prompt == NULL)
        return;
    if (prompt->state != PF_PROMPT_STATE_OVER) {
        if (prompt->request != 0 && self->bus != NULL)
            pf_prompter_close(self->bus, prompt->request, reason);
        finish(self, prompt);
    }
    pf_dialog_details_free(prompt->details);
    g_free(prompt);
}

static void
pf_prompt_broker_finalize(GObject *object)
{
    PfPromptBroker *self = PF_PROMPT_BROKER(object);
    g_clear_handle_id(&self->pump_source, g_source_remove);
    g_clear_handle_id(&self->dialog_timeout, g_source_remove);
    g_clear_handle_id(&self->launch_timeout, g_source_remove);
    pf_consent_offers_free(self->offers);
    sd_bus_unref(self->bus);
    G_OBJECT_CLASS(pf_prompt_broker_parent_class)->finalize(object);
}

static void
pf_prompt_broker_class_init(PfPromptBrokerClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = pf_prompt_broker_finalize;
    prompter_changed_signal = g_signal_new("prompter-changed", G_TYPE_FROM_CLASS(klass),
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_prompt_broker_init(PfPromptBroker *self)
{
    g_queue_init(&self->prompts);
    self->offers = pf_consent_offers_new();
}
