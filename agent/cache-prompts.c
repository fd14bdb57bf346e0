/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: asking the person for a PIN, and asking again. */
#include <string.h>

#include "cache-error.h"
#include "cache-private.h"
#include "pin-rules.h"
#include "token-uri.h"

/* A program that repeats its login at once after a cancel does not get the dialog again. A
 * signature that is asked for after a cancelled one is another signature. */
#define CANCEL_MEMORY_US (G_GINT64_CONSTANT(5) * G_USEC_PER_SEC)
/* A person answers one question after the other: who asks so much is no program in good faith, and
 * is told at once. */
#define QUESTIONS_PER_PROCESS 4u
#define QUESTIONS_MAX         64u
/* Threads of one program may all need the PIN that was forgotten: that is one question. */
#define JOINED_PER_PROCESS 64u
/* A module whose PIN was wrong asks again at once, or does not. */
#define RETRY_TIMEOUT_S 5
/* A typed PIN that was wrong is not sent again for so long (DESIGN 6). */
#define TYPED_MEMORY_US (G_GINT64_CONSTANT(60) * G_USEC_PER_SEC)

void
pf_prompt_retry_free(PfPromptRetry *retry)
{
    g_clear_handle_id(&retry->timeout, g_source_remove);
    pf_prompt_broker_close(retry->cache->broker, retry->prompt, "withdrawn");
    g_free(retry);
}

static gboolean
on_retry_timeout(gpointer user_data)
{
    PfPromptRetry *retry = user_data;
    retry->timeout = 0;
    g_hash_table_remove(retry->cache->retries, &retry->lease);
    return G_SOURCE_REMOVE;
}

void
pf_cache_keep_prompt_for_retry(PfCache *self, PfPinLease *lease)
{
    PfPromptRetry *retry = g_new0(PfPromptRetry, 1);
    retry->cache = self;
    retry->lease = lease->id;
    retry->context = lease->context;
    retry->prompt = g_steal_pointer(&lease->prompt);
    retry->timeout = g_timeout_add_seconds(RETRY_TIMEOUT_S, on_retry_timeout, retry);
    g_hash_table_replace(self->retries, &retry->lease, retry);
}

static const char *
get_purpose(const PfPromptArg *arg)
{
    if (arg->is_change)
        return g_strcmp0(arg->purpose, "set") == 0 ? "set" : "change";
    return arg->purpose != NULL ? arg->purpose : "login";
}

static gboolean
is_for_login(const PfPromptArg *arg)
{
    const char *purpose = get_purpose(arg);
    return strcmp(purpose, "login") == 0 || strcmp(purpose, "wake") == 0;
}

/* The dialog in which something is typed. */
static PfDialogKind
get_kind(const PfPromptArg *arg)
{
    if (!arg->is_change)
        return PF_DIALOG_PIN;
    return strcmp(get_purpose(arg), "set") == 0 ? PF_DIALOG_SET : PF_DIALOG_CHANGE;
}

/* A module that asks again need not say everything again. */
static gboolean
is_same_or_unsaid(const char *said, const char *now)
{
    return now == NULL || g_strcmp0(said, now) == 0;
}

/* Does the dialog that shows DETAILS tell the person what TOKEN and ARG are about? */
static gboolean
is_about(const PfDialogDetails *details, const char *token, const PfPromptArg *arg)
{
    return details->kind == get_kind(arg) && strcmp(details->token_uri, token) == 0 &&
           strcmp(details->purpose, get_purpose(arg)) == 0 &&
           is_same_or_unsaid(details->operation, arg->operation) &&
           is_same_or_unsaid(details->key_label, arg->key_label);
}

/* The dialog of a lease that was rejected, if CONTEXT may go on with it: it names a token and a
 * purpose, and what is typed into it is for no other. */
static PfPrompt *
steal_prompt_of(PfCache *self, const PfProcessContext *context, const char *token,
                const PfPromptArg *arg, guint64 lease)
{
    PfPromptRetry *retry = g_hash_table_lookup(self->retries, &lease);
    if (retry == NULL || retry->context != context)
        return NULL;
    PfPrompt *prompt = NULL;
    if (is_about(pf_prompt_get_details(retry->prompt), token, arg))
        prompt = g_steal_pointer(&retry->prompt);
    g_hash_table_remove(self->retries, &lease);
    return prompt;
}

PfDialogDetails *
pf_cache_make_details(PfProcessContext *context, const char *token, const PfPromptArg *arg)
{
    PfPeerIdentity *identity = context->identity;
    PfDialogDetails *details = g_new0(PfDialogDetails, 1);
    details->kind = get_kind(arg);
    details->token_uri = g_strdup(token);
    pf_token_uri_parse(token, &details->token);
    details->program = g_strdup(pf_peer_identity_get_name(identity));
    details->program_icon = g_strdup(pf_peer_identity_get_icon(identity));
    details->is_program_known = identity->is_exe_known;
    details->executable = g_strdup(identity->exe);
    details->pid = (guint32)identity->pid;
    details->purpose = g_strdup(get_purpose(arg));
    details->operation = g_strdup(arg->operation);
    details->reader = g_strdup(arg->slot_description);
    details->key_label = g_strdup(arg->key_label);
    details->min_len = arg->min_len;
    details->max_len = arg->max_len;
    details->token_flags = arg->token_flags;
    return details;
}

/* Ends the dialogs of requests that MATCH. */
static void
drop_prompts(PfCache *self, gboolean (*match)(const PfLeaseRequest *, gconstpointer, gconstpointer),
             gconstpointer a, gconstpointer b)
{
    for (guint i = self->prompting->len; i > 0; i--) {
        PfLeaseRequest *request = g_ptr_array_index(self->prompting, i - 1);
        if (!match(request, a, b))
            continue;
        g_ptr_array_remove_index(self->prompting, i - 1);
        pf_cache_fail_request(self, request, PF_CACHE_ERROR_CANCELED, "There is nothing to ask");
    }
    pf_cache_update_waiting_timer(self);
}

static gboolean
is_login_of_process_and_token(const PfLeaseRequest *request, gconstpointer context,
                              gconstpointer token)
{
    return (request->is_for_login || request->is_try) && request->context == context &&
           strcmp(pf_process_context_get_domain(request->context, request->entry)->token, token) ==
               0;
}

static void on_prompt_outcome(PfPrompt *prompt, PfPromptOutcome outcome, PfSecret *pin,
                              PfSecret *new_pin, gpointer user_data);

/* The person has answered: the request waits for its turn at the token. */
static void
use_answer(PfCache *self, PfLeaseRequest *request, PfSecret *pin, PfSecret *new_pin)
{
    const char *token = pf_process_context_get_domain(request->context, request->entry)->token;
    gint64 since = g_get_monotonic_time() - TYPED_MEMORY_US;
    if (pin != NULL && self->rejected != NULL &&
        pf_rejected_pins_contain(self->rejected, token, pin, since)) {
        pf_secret_free(pin);
        pf_secret_free(new_pin);
        pf_prompt_broker_retry(self->broker, request->prompt, on_prompt_outcome, request);
        return;
    }
    request->pin = pin;
    request->new_pin = new_pin;
    request->remember = pf_prompt_get_remember(request->prompt);
    g_ptr_array_remove_fast(self->prompting, request);
    pf_cache_enqueue(self, request);
}

void
pf_cache_remember_cancel(PfCache *self, PfProcessContext *context, const char *token)
{
    pf_process_context_remember_cancel(context, token, g_get_monotonic_time() + CANCEL_MEMORY_US);
    drop_prompts(self, is_login_of_process_and_token, context, token);
}

static void
on_prompt_outcome(PfPrompt *prompt, PfPromptOutcome outcome, PfSecret *pin, PfSecret *new_pin,
                  gpointer user_data)
{
    PfLeaseRequest *request = user_data;
    PfCache *self = request->cache;
    const char *token = pf_process_context_get_domain(request->context, request->entry)->token;
    if (outcome == PF_PROMPT_ANSWERED && request->is_try) {
        pf_cache_use_confirmed_try(self, request);
        return;
    }
    if (outcome == PF_PROMPT_ANSWERED) {
        use_answer(self, request, pin, new_pin);
        return;
    }
    g_ptr_array_remove_fast(self->prompting, request);
    pf_cache_record_refusal(self, request->context,
                            pf_process_context_get_domain(request->context, request->entry),
                            &request->use, pf_cache_get_outcome_name(outcome));
    if (outcome == PF_PROMPT_CANCELED && (request->is_for_login || request->is_try))
        pf_cache_remember_cancel(self, request->context, token);
    pf_cache_update_waiting_timer(self);
    if (outcome == PF_PROMPT_UNAVAILABLE)
        pf_cache_fail_request(self, request, PF_CACHE_ERROR_NO_PROMPTER, "Nobody can be asked");
    else
        pf_cache_fail_request(self, request, PF_CACHE_ERROR_CANCELED, "The prompt was canceled");
}

void
pf_cache_ask(PfCache *self, PfLeaseRequest *request, PfDialogDetails *details)
{
    g_ptr_array_add(self->prompting, request);
    g_debug("A dialog is wanted for process %d", (int)request->context->identity->pid);
    request->prompt = pf_prompt_broker_ask(self->broker, details, on_prompt_outcome, request);
    /* It may be that it was answered for another call while this one was under way. */
    pf_cache_settle_wakes(self);
}

void
pf_cache_ask_pin_instead(PfCache *self, PfLeaseRequest *request)
{
    PfDialogDetails *details = pf_dialog_details_dup(pf_prompt_get_details(request->prompt));
    details->kind = PF_DIALOG_PIN;
    pf_prompt_broker_close(self->broker, request->prompt, "withdrawn");
    pf_cache_ask(self, request, details);
}

/* May the person be asked for consent instead of the PIN? Not where a cached PIN is none that can
 * be presented (DESIGN 6). */
static gboolean
may_confirm(PfCache *self, const PfLoginDomain *domain, const PfPromptArg *arg)
{
    return self->confirms && strcmp(get_purpose(arg), "context") == 0 &&
           domain->state == PF_LOGIN_USER &&
           pf_pin_rule_may_present_cached((CK_FLAGS)arg->token_flags |
                                          pf_pin_warnings_get(self->warnings, domain->token));
}

/* Is the call for a PIN that a dialog which waits already will bring to all who need it? */
static gboolean
joins_wake(PfCache *self, PfProcessContext *context, unsigned entry, const PfPromptArg *arg)
{
    const PfLoginDomain *domain = pf_process_context_get_domain(context, entry);
    if (strcmp(get_purpose(arg), "wake") != 0)
        return FALSE;
    for (guint i = 0; i < self->prompting->len; i++) {
        const PfLeaseRequest *request = g_ptr_array_index(self->prompting, i);
        if (pf_process_context_get_domain(request->context, request->entry) == domain &&
            request->prompt != NULL &&
            strcmp(pf_prompt_get_details(request->prompt)->purpose, "wake") == 0)
            return TRUE;
    }
    return FALSE;
}

int
pf_cache_find_prompt_refusal(PfCache *self, PfProcessContext *context, const char *token,
                             gboolean may_remember, gboolean is_joined, const char **ret_message)
{
    guint all = 0;
    guint own = 0;
    if (may_remember && pf_process_context_is_canceled(context, token, g_get_monotonic_time())) {
        *ret_message = "The person canceled a moment ago";
        return PF_CACHE_ERROR_CANCELED;
    }
    for (guint i = 0; i < self->prompting->len; i++) {
        const PfLeaseRequest *request = g_ptr_array_index(self->prompting, i);
        if (request->is_joined != is_joined)
            continue;
        all++;
        own += request->context == context;
    }
    if (is_joined ? own < JOINED_PER_PROCESS : own < QUESTIONS_PER_PROCESS && all < QUESTIONS_MAX)
        return -1;
    g_debug("The person is asked too much already: %s", context->identity->exe);
    *ret_message = "The person is asked too much already";
    return PF_CACHE_ERROR_LIMIT;
}

/* The first dialog of REQUEST. */
static void
begin_dialog(PfCache *self, PfLeaseRequest *request, const PfPromptArg *arg)
{
    PfLoginDomain *domain = pf_process_context_get_domain(request->context, request->entry);
    PfDialogDetails *details = pf_cache_make_details(request->context, domain->token, arg);
    details->token_flags |= pf_pin_warnings_get(self->warnings, domain->token);
    if (request->is_for_login)
        details->never_cached = pf_cache_get_never_reason(self, domain->token);
    if (may_confirm(self, domain, arg))
        details->kind = PF_DIALOG_CONFIRM;
    /* Who is asked about a login that is there gets no stored PIN whatever comes of that. */
    if (!request->is_for_login ||
        !(pf_cache_consent_take_prompt(self->decisions, request, details) ||
          pf_cache_keyring_take_prompt(self->keyring, request, details)))
        pf_cache_ask(self, request, details);
}

static void
init_use(PfHistoryUse *use, const PfPromptArg *arg)
{
    pf_history_use_init(use, arg->is_change ? "set-pin" : arg->operation, arg->key_label);
}

/* Sets ERROR, unless it says already that there is no such entry. */
static void
refuse(PfCache *self, PfProcessContext *context, int entry, const PfPromptArg *arg, int code,
       const char *message, GError **error)
{
    PfHistoryUse use;
    if (entry < 0)
        return;
    init_use(&use, arg);
    pf_cache_record_refusal(self, context, pf_process_context_get_domain(context, (unsigned)entry),
                            &use, code == PF_CACHE_ERROR_CANCELED ? "canceled" : "too-many");
    pf_history_use_clear(&use);
    g_set_error_literal(error, PF_CACHE_ERROR, code, message);
}

void
pf_cache_prompt(PfCache *self, PfProcessContext *context, gpointer connection,
                const PfCacheDomainArg *domain, guint64 previous, const PfPromptArg *details,
                const PfLeaseCall *call)
{
    g_autoptr(GError) error = NULL;
    const char *message = NULL;
    PfPrompt *prompt = NULL;
    int entry = pf_cache_find_entry(self, context, domain, &error);
    if (entry >= 0 && previous != 0)
        prompt = steal_prompt_of(self, context, domain->token, details, previous);
    gboolean is_joined = entry >= 0 && joins_wake(self, context, (unsigned)entry, details);
    int refusal = entry >= 0 && prompt == NULL
                      ? pf_cache_find_prompt_refusal(self, context, domain->token,
                                                     is_for_login(details), is_joined, &message)
                      : -1;
    if (entry < 0 || refusal >= 0) {
        refuse(self, context, entry, details, refusal, message, &error);
        call->answer(call->data, NULL, error);
        return;
    }
    PfHistoryUse use;
    init_use(&use, details);
    PfLeaseRequest *request =
        pf_lease_request_new(context, connection, (unsigned)entry, &use, call);
    request->cache = self;
    /* What is typed for a single signature or for a PIN change is not for the cache. */
    request->is_for_login = is_for_login(details);
    request->may_store = request->is_for_login;
    request->is_joined = is_joined;
    request->prompt = prompt;
    if (prompt != NULL) {
        g_ptr_array_add(self->prompting, request);
        pf_prompt_broker_retry(self->broker, prompt, on_prompt_outcome, request);
        pf_cache_settle_wakes(self);
    } else {
        begin_dialog(self, request, details);
    }
    pf_cache_update_waiting_timer(self);
}

static gboolean
is_of_connection(const PfLeaseRequest *request, gconstpointer context, gconstpointer connection)
{
    return request->context == context && (connection == NULL || request->connection == connection);
}

static gboolean
is_of_token(const PfLeaseRequest *request, gconstpointer token, gconstpointer unused)
{
    const char *own = pf_process_context_get_domain(request->context, request->entry)->token;
    return token == NULL || strcmp(own, token) == 0;
}

/* Rejected dialogs that wait for a process that is gone. */
static void
drop_retries(PfCache *self, const PfProcessContext *context)
{
    GHashTableIter iter;
    PfPromptRetry *retry;
    g_hash_table_iter_init(&iter, self->retries);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&retry)) {
        if (retry->context == context)
            g_hash_table_iter_remove(&iter);
    }
}

void
pf_cache_drop_prompt_calls(PfCache *self, const PfProcessContext *context, gconstpointer connection)
{
    drop_prompts(self, is_of_connection, context, connection);
    if (connection == NULL)
        drop_retries(self, context);
}

void
pf_cache_drop_token_prompts(PfCache *self, const char *token)
{
    drop_prompts(self, is_of_token, token, NULL);
}
