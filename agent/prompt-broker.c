/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPromptBroker: the queue of dialogs, and whose turn it is. */
#include "prompt-broker.h"

#include <string.h>
#include <sys/random.h>

#include "app-launcher.h"
#include "cache-error.h"
#include "pin-rules.h"
#include "prompter-calls.h"
#include "prompter-executable.h"

/* A dialog that nobody answers does not stay for ever. */
#define DIALOG_TIMEOUT_S 180
/* How long a started app may take to register (DESIGN 9a). */
#define LAUNCH_TIMEOUT_S 5

typedef enum {
    PROMPT_QUEUED, /* to be shown by AskPin */
    PROMPT_RETRY,  /* to be shown by Retry */
    PROMPT_ASKING_TRIES,
    PROMPT_OPEN,
    PROMPT_ANSWERED, /* the dialog waits for the verdict */
    PROMPT_OVER,     /* no dialog; its function was called */
} PromptState;

struct PfPrompt {
    PfPromptBroker *broker;
    PfDialogDetails *details;
    PfPromptFunc func;
    gpointer user_data;
    PromptState state;
    gboolean is_retry;
    guint64 serial;  /* finds the prompt again when an answer about tries comes late */
    guint64 request; /* 0: no dialog */
    guint64 previous;
};

struct _PfPromptBroker {
    GObject parent_instance;
    sd_bus *bus; /* the prompter's; NULL: none */
    const PfPeerIdentity *prompter;
    GQueue prompts; /* the head has, or gets, the dialog */
    guint64 last_serial;
    guint pump_source;
    guint dialog_timeout;
    guint launch_timeout;
    PfTriesLeftFunc tries_left;
    gpointer tries_left_data;
};

G_DEFINE_FINAL_TYPE(PfPromptBroker, pf_prompt_broker, G_TYPE_OBJECT)

static guint prompter_changed_signal;

static void schedule_pump(PfPromptBroker *self);

PfDialogDetails *
pf_dialog_details_dup(const PfDialogDetails *details)
{
    PfDialogDetails *copy = g_memdup2(details, sizeof *details);
    copy->token_uri = g_strdup(details->token_uri);
    copy->program = g_strdup(details->program);
    copy->program_icon = g_strdup(details->program_icon);
    copy->executable = g_strdup(details->executable);
    copy->purpose = g_strdup(details->purpose);
    copy->operation = g_strdup(details->operation);
    copy->reader = g_strdup(details->reader);
    copy->key_label = g_strdup(details->key_label);
    return copy;
}

void
pf_dialog_details_free(PfDialogDetails *details)
{
    if (details == NULL)
        return;
    g_free(details->token_uri);
    g_free(details->program);
    g_free(details->program_icon);
    g_free(details->executable);
    g_free(details->purpose);
    g_free(details->operation);
    g_free(details->reader);
    g_free(details->key_label);
    g_free(details);
}

static guint64
draw_request(void)
{
    guint64 request = 0;
    while (request == 0) {
        if (getrandom(&request, sizeof request, 0) != sizeof request)
            request = 0;
    }
    return request;
}

/* The dialog of the head, if one is open, is no more; the next may come. */
static void
finish_head(PfPromptBroker *self, PfPrompt *prompt)
{
    prompt->state = PROMPT_OVER;
    prompt->request = 0;
    g_clear_handle_id(&self->dialog_timeout, g_source_remove);
    g_queue_remove(&self->prompts, prompt);
    schedule_pump(self);
}

static void
conclude(PfPrompt *prompt, PfPromptOutcome outcome)
{
    finish_head(prompt->broker, prompt);
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
        if (prompt->state == PROMPT_ANSWERED)
            finish_head(self, prompt); /* its PIN is under way; only the dialog is lost */
        else
            conclude(prompt, PF_PROMPT_UNAVAILABLE);
    }
}

static gboolean
on_dialog_timeout(gpointer user_data)
{
    PfPromptBroker *self = user_data;
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    self->dialog_timeout = 0;
    pf_prompter_close(self->bus, prompt->request, "withdrawn");
    conclude(prompt, PF_PROMPT_TIMED_OUT);
    return G_SOURCE_REMOVE;
}

static void
on_prompter_refused(guint64 request, gpointer user_data)
{
    PfPromptBroker *self = user_data;
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    /* A refusal that comes late is of a dialog that is over. */
    if (prompt != NULL && prompt->state == PROMPT_OPEN && prompt->request == request)
        conclude(prompt, PF_PROMPT_UNAVAILABLE);
}

static void
show(PfPromptBroker *self, PfPrompt *prompt, int tries)
{
    guint64 request = draw_request();
    int r = pf_prompter_show(self->bus, prompt->is_retry ? prompt->previous : 0, request,
                             prompt->details, tries, on_prompter_refused, self);
    if (r < 0) {
        g_warning("The dialog cannot be shown: %s", g_strerror(-r));
        conclude(prompt, PF_PROMPT_UNAVAILABLE);
        return;
    }
    prompt->request = request;
    prompt->state = PROMPT_OPEN;
    self->dialog_timeout = g_timeout_add_seconds(DIALOG_TIMEOUT_S, on_dialog_timeout, self);
}

typedef struct {
    PfPromptBroker *broker;
    guint64 serial;
} TriesQuestion;

static void
on_tries_left(int tries, gpointer reply_data)
{
    g_autofree TriesQuestion *question = reply_data;
    g_autoptr(PfPromptBroker) self = question->broker;
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    if (prompt == NULL || prompt->serial != question->serial ||
        prompt->state != PROMPT_ASKING_TRIES)
        return;
    if (self->bus == NULL)
        conclude(prompt, PF_PROMPT_UNAVAILABLE);
    else
        show(self, prompt, tries);
}

static void
ask_tries_then_show(PfPromptBroker *self, PfPrompt *prompt)
{
    prompt->is_retry = prompt->state == PROMPT_RETRY;
    if (self->tries_left == NULL) {
        show(self, prompt, -1);
        return;
    }
    prompt->state = PROMPT_ASKING_TRIES;
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
    if (prompt == NULL || (prompt->state != PROMPT_QUEUED && prompt->state != PROMPT_RETRY))
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
    PfPrompt *head = g_queue_peek_head(&self->prompts);
    if (head != NULL && head->state == PROMPT_ANSWERED)
        finish_head(self, head);
    else if (head != NULL && head->state != PROMPT_QUEUED)
        conclude(head, PF_PROMPT_UNAVAILABLE);
    g_signal_emit(self, prompter_changed_signal, 0);
}

/* The open prompt that the prompter means by REQUEST. */
static PfPrompt *
find_open(PfPromptBroker *self, sd_bus *bus, guint64 request, GError **error)
{
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    if (self->bus == NULL || self->bus != bus) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_ACCESS_DENIED,
                            "Not the prompter");
        return NULL;
    }
    if (prompt == NULL || prompt->state != PROMPT_OPEN || prompt->request != request) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NO_REQUEST,
                            "No such request is open");
        return NULL;
    }
    return prompt;
}

/* The open prompt, if what it asks is answered by an answer to KIND. */
static PfPrompt *
find_asking(PfPromptBroker *self, sd_bus *bus, guint64 request, PfDialogKind kind, GError **error)
{
    PfPrompt *prompt = find_open(self, bus, request, error);
    if (prompt != NULL && prompt->details->kind != kind) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NO_REQUEST,
                            "The request is of another kind");
        return NULL;
    }
    return prompt;
}

static void
take_answer(PfPrompt *prompt, PfSecret *pin, PfSecret *new_pin)
{
    prompt->state = PROMPT_ANSWERED;
    g_clear_handle_id(&prompt->broker->dialog_timeout, g_source_remove);
    prompt->func(prompt, PF_PROMPT_ANSWERED, pin, new_pin, prompt->user_data);
}

/* Can PIN be one of the prompt's token? */
static gboolean
check_form(const PfPrompt *prompt, const PfSecret *pin, guint32 min_len, GError **error)
{
    if (pf_pin_rule_check_typed(pf_secret_get_bytes(pin), pf_secret_get_length(pin), min_len,
                                prompt->details->max_len) == PF_PIN_LENGTH_OK)
        return TRUE;
    g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_PIN_LENGTH,
                        "The token does not take a PIN of this form");
    return FALSE;
}

gboolean
pf_prompt_broker_answer(PfPromptBroker *self, sd_bus *bus, guint64 request, PfSecret *pin,
                        GError **error)
{
    PF_AUTO_SECRET owned = pin;
    PfPrompt *prompt = find_asking(self, bus, request, PF_DIALOG_PIN, error);
    if (prompt == NULL || !check_form(prompt, pin, prompt->details->min_len, error))
        return FALSE;
    take_answer(prompt, g_steal_pointer(&owned), NULL);
    return TRUE;
}

gboolean
pf_prompt_broker_confirm(PfPromptBroker *self, sd_bus *bus, guint64 request, GError **error)
{
    PfPrompt *prompt = find_asking(self, bus, request, PF_DIALOG_CONFIRM, error);
    if (prompt == NULL)
        return FALSE;
    take_answer(prompt, NULL, NULL);
    return TRUE;
}

gboolean
pf_prompt_broker_answer_change(PfPromptBroker *self, sd_bus *bus, guint64 request, PfSecret *pin,
                               PfSecret *new_pin, GError **error)
{
    PF_AUTO_SECRET owned = pin;
    PF_AUTO_SECRET owned_new = new_pin;
    PfDialogKind kind = pin != NULL ? PF_DIALOG_CHANGE : PF_DIALOG_SET;
    PfPrompt *prompt = find_asking(self, bus, request, kind, error);
    /* The PIN that a card was delivered with can be shorter than any that it takes later. */
    if (prompt == NULL || (pin != NULL && !check_form(prompt, pin, 0, error)) ||
        !check_form(prompt, new_pin, prompt->details->min_len, error))
        return FALSE;
    take_answer(prompt, g_steal_pointer(&owned), g_steal_pointer(&owned_new));
    return TRUE;
}

gboolean
pf_prompt_broker_cancel(PfPromptBroker *self, sd_bus *bus, guint64 request, GError **error)
{
    PfPrompt *prompt = find_open(self, bus, request, error);
    if (prompt == NULL)
        return FALSE;
    conclude(prompt, PF_PROMPT_CANCELED);
    return TRUE;
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
    schedule_pump(self);
    return prompt;
}

void
pf_prompt_broker_retry(PfPromptBroker *self, PfPrompt *prompt, PfPromptFunc func,
                       gpointer user_data)
{
    prompt->func = func;
    prompt->user_data = user_data;
    if (prompt->state == PROMPT_OVER) {
        /* The dialog was lost while the token decided: a new one. */
        prompt->state = PROMPT_QUEUED;
        g_queue_push_tail(&self->prompts, prompt);
    } else {
        prompt->previous = prompt->request;
        prompt->state = PROMPT_RETRY;
    }
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

void
pf_prompt_broker_close(PfPromptBroker *self, PfPrompt *prompt, const char *reason)
{
    if (prompt == NULL)
        return;
    if (prompt->state != PROMPT_OVER) {
        if (prompt->request != 0 && self->bus != NULL)
            pf_prompter_close(self->bus, prompt->request, reason);
        if (g_queue_peek_head(&self->prompts) == prompt)
            finish_head(self, prompt);
        else
            g_queue_remove(&self->prompts, prompt);
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
}
