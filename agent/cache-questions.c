/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheConsent: questions that calls wait for; equal ones are one dialog. */
#include "cache-consent-private.h"
#include "cache-error.h"

/* A call, and the dialog that it wanted in the first place. */
typedef struct {
    PfLeaseRequest *request;
    PfDialogDetails *details; /* owned */
} Waiter;

typedef struct {
    PfCacheConsent *consent;
    PfConsentSubject subject;
    PfPrompt *prompt;
    GArray *waiters; /* of Waiter */
} Question;

static void
clear_waiter(gpointer data)
{
    pf_dialog_details_free(((Waiter *)data)->details);
}

void
pf_cache_consent_free_question(gpointer data)
{
    Question *question = data;
    pf_prompt_broker_close(question->consent->cache->broker, question->prompt, "withdrawn");
    pf_cache_consent_clear_subject(&question->subject);
    g_array_unref(question->waiters);
    g_free(question);
}

static Question *
find_question(PfCacheConsent *self, const PfConsentSubject *subject)
{
    for (guint i = 0; i < self->questions->len; i++) {
        Question *question = g_ptr_array_index(self->questions, i);
        if (pf_cache_consent_is_same_subject(&question->subject, subject))
            return question;
    }
    return NULL;
}

gboolean
pf_cache_consent_is_asked(PfCacheConsent *self, const PfConsentSubject *subject)
{
    return find_question(self, subject) != NULL;
}

/* Its own dialog for a request that is in the domain where it belongs, or needs no consent. */
static void
ask_pin(PfCacheConsent *self, Waiter *waiter)
{
    g_ptr_array_remove_fast(self->cache->prompting, waiter->request);
    pf_cache_ask(self->cache, waiter->request, g_steal_pointer(&waiter->details));
}

/* The request's entry is in a domain that is logged in or asleep. */
static void
let_in(PfCacheConsent *self, Waiter *waiter)
{
    PfLeaseRequest *request = waiter->request;
    const PfLoginDomain *domain = pf_process_context_get_domain(request->context, request->entry);
    if (domain->state == PF_LOGIN_ASLEEP) {
        ask_pin(self, waiter); /* what is typed wakes it */
        return;
    }
    g_ptr_array_remove_fast(self->cache->prompting, request);
    pf_cache_fail_request(self->cache, request, PF_CACHE_ERROR_LOGGED_IN,
                          "The login is there already");
}

/* No longer among those that are asked about: nothing that happens now finds it. */
static void
steal_question(PfCacheConsent *self, Question *question)
{
    guint index;
    if (g_ptr_array_find(self->questions, question, &index))
        g_ptr_array_steal_index_fast(self->questions, index);
}

/* The processes that wait, each once. */
static GPtrArray *
list_contexts(const Question *question)
{
    GPtrArray *contexts = g_ptr_array_new();
    for (guint i = 0; i < question->waiters->len; i++) {
        PfProcessContext *context = g_array_index(question->waiters, Waiter, i).request->context;
        if (!g_ptr_array_find(contexts, context, NULL))
            g_ptr_array_add(contexts, context);
    }
    return contexts;
}

/* REASON is for the history. */
static void
fail_all(PfCacheConsent *self, Question *question, int code, const char *message,
         const char *reason)
{
    for (guint i = 0; i < question->waiters->len; i++) {
        PfLeaseRequest *request = g_array_index(question->waiters, Waiter, i).request;
        pf_cache_record_refusal(self->cache, request->context, question->subject.domain,
                                &request->use, reason);
        g_ptr_array_remove_fast(self->cache->prompting, request);
        pf_cache_fail_request(self->cache, request, code, message);
    }
}

/* A no is also one to the other logins that the programs have asked for meanwhile. */
static void
refuse_all(PfCacheConsent *self, Question *question, const char *reason)
{
    g_autoptr(GPtrArray) contexts = list_contexts(question);
    fail_all(self, question, PF_CACHE_ERROR_CANCELED, "The person does not want it", reason);
    for (guint i = 0; i < contexts->len; i++)
        pf_cache_remember_cancel(self->cache, g_ptr_array_index(contexts, i),
                                 question->subject.domain->token);
}

/* The person has decided. Only who is in the very domain that was asked about is let in: a process
 * whose sessions have another ID by now was not what the person saw. */
static void
use_decision(PfCacheConsent *self, Question *question, PfConsentDecision decision)
{
    g_autoptr(GPtrArray) contexts = list_contexts(question);
    pf_cache_consent_apply(self, &question->subject, decision, contexts);
    if (decision == PF_CONSENT_NEVER) {
        refuse_all(self, question, "never");
        return;
    }
    for (guint i = 0; i < question->waiters->len; i++) {
        Waiter *waiter = &g_array_index(question->waiters, Waiter, i);
        const PfLoginDomain *domain =
            pf_process_context_get_domain(waiter->request->context, waiter->request->entry);
        if (domain == question->subject.domain && domain->state != PF_LOGIN_PUBLIC)
            let_in(self, waiter);
        else
            ask_pin(self, waiter);
    }
}

static void
on_question_outcome(PfPrompt *prompt, PfPromptOutcome outcome, PfSecret *pin, PfSecret *new_pin,
                    gpointer user_data)
{
    Question *question = user_data;
    PfCacheConsent *self = question->consent;
    steal_question(self, question);
    switch (outcome) {
    case PF_PROMPT_ANSWERED: {
        PfConsentDecision decision = pf_prompt_get_decision(prompt);
        pf_prompt_broker_close(self->cache->broker, g_steal_pointer(&question->prompt), "accepted");
        use_decision(self, question, decision);
        break;
    }
    case PF_PROMPT_CANCELED:
        refuse_all(self, question, "not-allowed");
        break;
    case PF_PROMPT_TIMED_OUT:
        fail_all(self, question, PF_CACHE_ERROR_CANCELED, "Nobody has answered",
                 pf_cache_get_outcome_name(outcome));
        break;
    case PF_PROMPT_UNAVAILABLE:
        fail_all(self, question, PF_CACHE_ERROR_NO_PROMPTER, "Nobody can be asked",
                 pf_cache_get_outcome_name(outcome));
        break;
    }
    pf_cache_consent_free_question(question);
    pf_cache_update_waiting_timer(self->cache);
}

/* Takes SUBJECT. */
static Question *
add_question(PfCacheConsent *self, const PfConsentSubject *subject, const PfDialogDetails *wanted)
{
    Question *question = g_new0(Question, 1);
    PfDialogDetails *details = pf_dialog_details_dup(wanted);
    *question = (Question){.consent = self, .subject = *subject};
    question->waiters = g_array_new(FALSE, FALSE, sizeof(Waiter));
    g_array_set_clear_func(question->waiters, clear_waiter);
    details->kind = PF_DIALOG_CONSENT;
    pf_cache_consent_describe(self, details, subject);
    question->prompt =
        pf_prompt_broker_ask(self->cache->broker, details, on_question_outcome, question);
    g_ptr_array_add(self->questions, question);
    return question;
}

/* REQUEST's program has no right to CLOSED. */
static void
ask_consent(PfCacheConsent *self, const Waiter *waiter, PfLoginDomain *closed)
{
    PfConsentSubject subject;
    pf_cache_consent_init_subject(&subject, waiter->request->context, closed);
    pf_cache_consent_withdraw_offer(self, &subject);
    Question *question = find_question(self, &subject);
    if (question == NULL)
        question = add_question(self, &subject, waiter->details);
    else
        pf_cache_consent_clear_subject(&subject);
    g_array_append_val(question->waiters, *waiter);
    g_ptr_array_add(self->cache->prompting, waiter->request);
}

gboolean
pf_cache_consent_take_prompt(PfCacheConsent *self, PfLeaseRequest *request,
                             PfDialogDetails *details)
{
    PfAdmission admission;
    Waiter waiter = {request, details};
    PfLoginDomain *closed =
        pf_cache_find_closed_login(self->cache, request->context, request->entry);
    if (closed == NULL || !closed->is_shareable || g_strcmp0(details->purpose, "login") != 0)
        return FALSE;
    if (pf_cache_has_right(self->cache, request->context, closed, &admission)) {
        /* Decided since its sessions were opened. */
        pf_cache_admit(self->cache, request->context, request->entry, closed, admission);
        let_in(self, &waiter);
        clear_waiter(&waiter);
        return TRUE;
    }
    /* Never: the program has a login of its own, or none. */
    if (pf_cache_consent_find(self, request->context, closed) != NULL) {
        pf_cache_record_refusal(self->cache, request->context, closed, &request->use, "never");
        return FALSE;
    }
    ask_consent(self, &waiter, closed);
    return TRUE;
}

static void
drop_waiter(PfCacheConsent *self, Question *question, guint index)
{
    g_array_remove_index(question->waiters, index);
    if (question->waiters->len == 0)
        g_ptr_array_remove_fast(self->questions, question);
}

void
pf_cache_consent_drop_request(PfCacheConsent *self, const PfLeaseRequest *request)
{
    for (guint i = 0; i < self->questions->len; i++) {
        Question *question = g_ptr_array_index(self->questions, i);
        for (guint j = 0; j < question->waiters->len; j++) {
            if (g_array_index(question->waiters, Waiter, j).request == request) {
                drop_waiter(self, question, j);
                return;
            }
        }
    }
}

void
pf_cache_consent_end_questions(PfCacheConsent *self, const PfLoginDomain *domain)
{
    for (guint i = self->questions->len; i > 0; i--) {
        Question *question = g_ptr_array_index(self->questions, i - 1);
        if (question->subject.domain != domain)
            continue;
        g_ptr_array_steal_index_fast(self->questions, i - 1);
        for (guint j = 0; j < question->waiters->len; j++)
            ask_pin(self, &g_array_index(question->waiters, Waiter, j));
        pf_cache_consent_free_question(question);
    }
}
