/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: who may present a PIN now (DESIGN 6). */
#include "cache-error.h"
#include "cache-private.h"
#include "pin-rules.h"

/* Threads of one process that wait for a PIN; each has a connection of its own. */
#define WAITING_PER_PROCESS 64u

static gboolean
on_waiting_timer(gpointer user_data)
{
    PfCache *self = user_data;
    GHashTableIter iter;
    PfLeaseQueue *queue;
    g_hash_table_iter_init(&iter, self->queues);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&queue)) {
        for (GList *l = queue->waiting.head; l != NULL; l = l->next) {
            PfLeaseRequest *request = l->data;
            request->call.wait(request->call.data);
        }
    }
    for (guint i = 0; i < self->prompting->len; i++) {
        PfLeaseRequest *request = g_ptr_array_index(self->prompting, i);
        request->call.wait(request->call.data);
    }
    return G_SOURCE_CONTINUE;
}

void
pf_cache_update_waiting_timer(PfCache *self)
{
    gboolean is_needed = self->prompting->len > 0;
    if (self->prompting->len != self->said_prompting)
        g_debug("Calls that wait for the person: %u", self->prompting->len);
    self->said_prompting = self->prompting->len;
    GHashTableIter iter;
    PfLeaseQueue *queue;
    g_hash_table_iter_init(&iter, self->queues);
    while (!is_needed && g_hash_table_iter_next(&iter, NULL, (gpointer *)&queue))
        is_needed = !g_queue_is_empty(&queue->waiting);
    if (is_needed && self->waiting_timer == 0)
        self->waiting_timer = g_timeout_add(PF_WIRE_WAITING_PERIOD_MS, on_waiting_timer, self);
    else if (!is_needed)
        g_clear_handle_id(&self->waiting_timer, g_source_remove);
}

void
pf_cache_fail_request(PfCache *self, PfLeaseRequest *request, int code, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(PF_CACHE_ERROR, code, message);
    pf_cache_consent_drop_request(self->decisions, request);
    pf_cache_keyring_drop_request(self->keyring, request);
    pf_prompt_broker_close(self->broker, request->prompt, "withdrawn");
    request->call.answer(request->call.data, NULL, error);
    pf_lease_request_free(request);
}

/* May a cached PIN be presented to TOKEN, by the newest that anybody knows of it (DESIGN 6)? */
static gboolean
may_present_cached(PfCache *self, const char *token)
{
    return pf_pin_rule_may_present_cached(pf_pin_warnings_get(self->warnings, token));
}

/* Why the domain's own PIN may not be leased, or -1. */
static int
find_refusal(PfCache *self, PfLoginDomain *domain)
{
    if (pf_cache_is_never(self, domain->token))
        return PF_CACHE_ERROR_NOT_CACHED;
    if (domain->state == PF_LOGIN_ASLEEP)
        return PF_CACHE_ERROR_ASLEEP;
    if (domain->state != PF_LOGIN_USER)
        return PF_CACHE_ERROR_NOT_LOGGED_IN;
    if (pf_rejected_pins_contain(self->rejected, domain->token, domain->pin, 0)) {
        pf_cache_log_out_domain(self, domain, PF_FORGET_REJECTED);
        return PF_CACHE_ERROR_NOT_LOGGED_IN;
    }
    /* The person can say whether the last try is to be spent. */
    return may_present_cached(self, domain->token) ? -1 : PF_CACHE_ERROR_ASLEEP;
}

gboolean
pf_cache_may_lend(PfCache *self, PfLoginDomain *domain)
{
    return find_refusal(self, domain) < 0;
}

/* Has a PIN from the keyring waited for so long that it must not be presented any more? */
static gboolean
is_stored_void(PfCache *self, const PfLeaseRequest *request, const char *token)
{
    return request->is_stored && (!may_present_cached(self, token) || self->rejected == NULL ||
                                  pf_rejected_pins_contain(self->rejected, token, request->pin, 0));
}

/* REQUEST gets a lease of PIN, if there is memory for it. Consumes it. */
static void
lend(PfCache *self, PfLeaseQueue *queue, PfLeaseRequest *request, const PfSecret *pin)
{
    g_autoptr(GError) error = NULL;
    PfPinLease *lease = pf_pin_lease_new(++self->last_lease, request, pin, &error);
    if (lease == NULL) {
        pf_cache_fail_request(self, request, error->code, error->message);
        return;
    }
    lease->prompt = g_steal_pointer(&request->prompt);
    /* What others are lent is told when the token has taken it. */
    if (lease->is_cached && lease->prompt == NULL)
        pf_cache_record_use(self, lease->context, lease->domain, &lease->use, NULL);
    queue->current = lease;
    pf_cache_watch_holder(queue);
    request->call.answer(request->call.data, lease, NULL);
    pf_lease_request_free(request);
}

/* Answers a request whose turn has come: with a lease, or with an error. Consumes it. */
static void
grant(PfCache *self, PfLeaseQueue *queue, PfLeaseRequest *request)
{
    PfLoginDomain *domain = pf_process_context_get_domain(request->context, request->entry);
    gboolean wants_cached = pf_lease_request_wants_cached(request);
    int refusal = wants_cached ? find_refusal(self, domain) : -1;
    if (request->prompt != NULL && wants_cached && (refusal >= 0 || !self->confirms)) {
        /* What the person agreed to cannot be any more. */
        pf_cache_ask_pin_instead(self, request);
    } else if (refusal >= 0) {
        if (refusal == PF_CACHE_ERROR_ASLEEP && domain->state == PF_LOGIN_USER)
            pf_cache_record_refusal(self, request->context, domain, &request->use, "last-try");
        pf_cache_fail_request(self, request, refusal, "The domain has no PIN");
    } else if (is_stored_void(self, request, domain->token)) {
        pf_cache_record_refusal(self, request->context, domain, &request->use,
                                may_present_cached(self, domain->token) ? "rejected" : "last-try");
        pf_cache_fail_request(self, request, PF_CACHE_ERROR_CANCELED,
                              "The token is not what it was");
    } else {
        lend(self, queue, request, wants_cached ? domain->pin : request->pin);
    }
}

void
pf_cache_serve_queue(PfCache *self, PfLeaseQueue *queue)
{
    while (queue->current == NULL && queue->holds == 0 && !g_queue_is_empty(&queue->waiting))
        grant(self, queue, g_queue_pop_head(&queue->waiting));
    if (queue->current == NULL && queue->holds == 0)
        g_hash_table_remove(self->queues, queue->token);
    pf_cache_update_waiting_timer(self);
}

PfLeaseQueue *
pf_cache_get_queue(PfCache *self, const char *token)
{
    PfLeaseQueue *queue = g_hash_table_lookup(self->queues, token);
    if (queue == NULL) {
        queue = pf_lease_queue_new(self, token);
        g_hash_table_insert(self->queues, queue->token, queue);
    }
    return queue;
}

/* A holder that wants the same PIN again, for its next operation, gets its lease anew, the page
 * that it had and all. Returns whether it did; the request is then consumed. */
static gboolean
renew(PfCache *self, PfLeaseQueue *queue, PfLeaseRequest *request)
{
    PfPinLease *lease = queue->current;
    if (lease == NULL || !g_queue_is_empty(&queue->waiting) || queue->holds > 0 ||
        !pf_cache_is_lease_over(lease) || request->context != lease->context ||
        request->entry != lease->entry || !pf_lease_request_wants_cached(request) ||
        request->prompt != NULL)
        return FALSE;
    PfLoginDomain *domain = pf_process_context_get_domain(request->context, request->entry);
    if (domain != lease->domain || domain->state != PF_LOGIN_USER || lease->is_stripped ||
        !pf_secret_is_equal(domain->pin, lease->pin) || !may_present_cached(self, domain->token))
        return FALSE;
    pf_login_domain_touch(domain);
    pf_cache_record_use(self, request->context, domain, &request->use, NULL);
    pf_history_use_clear(&lease->use);
    lease->use = request->use;
    request->use = (PfHistoryUse){NULL};
    lease->id = ++self->last_lease;
    lease->connection = request->connection;
    lease->keeps_token = request->keeps_token;
    lease->since = g_get_monotonic_time();
    queue->hangs = FALSE;
    pf_cache_watch_holder(queue);
    request->call.answer(request->call.data, lease, NULL);
    pf_lease_request_free(request);
    return TRUE;
}

/* Behind all others, but before what the person has answered for another thread of the same
 * process: that thread cannot go on before REQUEST's has let go of the token. */
static void
push_waiting(PfLeaseQueue *queue, PfLeaseRequest *request)
{
    GList *link = request->keeps_token ? queue->waiting.head : NULL;
    for (; link != NULL; link = link->next) {
        const PfLeaseRequest *other = link->data;
        if (other->context == request->context && !other->keeps_token)
            break;
    }
    g_queue_insert_before(&queue->waiting, link, request);
}

void
pf_cache_enqueue(PfCache *self, PfLeaseRequest *request)
{
    const char *token = pf_process_context_get_domain(request->context, request->entry)->token;
    PfLeaseQueue *queue = pf_cache_get_queue(self, token);
    if (renew(self, queue, request))
        return;
    request->since = g_get_monotonic_time();
    push_waiting(queue, request);
    if (queue->current != NULL) {
        pf_cache_await_holder(queue);
        pf_cache_settle_queue(self, queue);
    }
    pf_cache_serve_queue(self, queue);
}

/* Do so many calls of CONTEXT wait for TOKEN's PIN that no more may? */
static gboolean
has_too_many_waiting(PfCache *self, const PfProcessContext *context, const char *token)
{
    guint count = 0;
    const PfLeaseQueue *queue = g_hash_table_lookup(self->queues, token);
    for (const GList *l = queue != NULL ? queue->waiting.head : NULL; l != NULL; l = l->next)
        count += ((const PfLeaseRequest *)l->data)->context == context;
    return count >= WAITING_PER_PROCESS;
}

/* Does a thread of CONTEXT present what was typed for it, or wait for its turn to? */
static gboolean
presents_typed(const PfLeaseQueue *queue, const PfProcessContext *context)
{
    if (queue->current != NULL && queue->current->context == context && !queue->current->is_cached)
        return TRUE;
    for (const GList *l = queue->waiting.head; l != NULL; l = l->next) {
        const PfLeaseRequest *request = l->data;
        if (request->context == context && !pf_lease_request_wants_cached(request))
            return TRUE;
    }
    return FALSE;
}

/* Has a thread of CONTEXT been lent the PIN by a dialog, and needs the token to go on? */
static gboolean
is_lent_to_other_thread(const PfLeaseQueue *queue, const PfProcessContext *context)
{
    const PfPinLease *lease = queue->current;
    return lease != NULL && lease->context == context && !lease->keeps_token &&
           !pf_cache_is_lease_over(lease);
}

/* Refuses at once what would wait for another thread of the same process, which cannot go on before
 * this call is answered: the caller keeps the token for itself within the process. */
static gboolean
refuse_waiting(PfCache *self, PfProcessContext *context, int entry, GError **error)
{
    PfLoginDomain *domain = pf_process_context_get_domain(context, (unsigned)entry);
    const PfLeaseQueue *queue = g_hash_table_lookup(self->queues, domain->token);
    if (queue == NULL)
        return FALSE;
    int refusal = find_refusal(self, domain);
    if (refusal >= 0 && presents_typed(queue, context)) {
        g_set_error_literal(error, PF_CACHE_ERROR, refusal, "The domain has no PIN");
        return TRUE;
    }
    if (is_lent_to_other_thread(queue, context)) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_BUSY,
                            "Another thread has the PIN and waits for the token");
        return TRUE;
    }
    return FALSE;
}

void
pf_cache_take_pin(PfCache *self, PfProcessContext *context, gpointer connection,
                  const PfCacheDomainArg *domain, const PfCacheUseArg *use, const PfLeaseCall *call)
{
    g_autoptr(GError) error = NULL;
    int entry = pf_cache_find_entry(self, context, domain, &error);
    if (entry >= 0 && has_too_many_waiting(self, context, domain->token)) {
        entry = -1;
        g_set_error_literal(&error, PF_CACHE_ERROR, PF_CACHE_ERROR_LIMIT,
                            "Too many calls of the process wait");
    }
    if (entry >= 0 && refuse_waiting(self, context, entry, &error))
        entry = -1;
    if (entry < 0) {
        call->answer(call->data, NULL, error);
        return;
    }
    PfHistoryUse what;
    pf_history_use_init(&what, use->operation, use->key_label);
    PfLeaseRequest *request =
        pf_lease_request_new(context, connection, (unsigned)entry, &what, call);
    request->keeps_token = TRUE;
    pf_cache_enqueue(self, request);
}

void
pf_cache_note_use(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *arg,
                  const PfCacheUseArg *use)
{
    int entry = pf_cache_find_entry(self, context, arg, NULL);
    PfLoginDomain *domain =
        entry >= 0 ? pf_process_context_get_domain(context, (unsigned)entry) : NULL;
    if (domain == NULL || domain->state != PF_LOGIN_USER)
        return;
    PfHistoryUse what;
    pf_history_use_init(&what, use->operation, use->key_label);
    pf_login_domain_touch(domain);
    pf_cache_record_use(self, context, domain, &what, NULL);
    pf_history_use_clear(&what);
}

static PfLeaseQueue *
find_queue_of_lease(PfCache *self, gpointer connection, guint64 id)
{
    GHashTableIter iter;
    PfLeaseQueue *queue;
    g_hash_table_iter_init(&iter, self->queues);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&queue)) {
        if (queue->current != NULL && queue->current->id == id &&
            queue->current->connection == connection)
            return queue;
    }
    return NULL;
}

void
pf_cache_void_lease(PfCache *self, gpointer connection, guint64 id)
{
    PfLeaseQueue *queue = find_queue_of_lease(self, connection, id);
    if (queue != NULL)
        queue->current->may_store = FALSE;
}

gboolean
pf_cache_end_lease(PfCache *self, gpointer connection, guint64 id, PfLeaseResult result,
                   guint64 token_flags, gboolean *ret_cached, GError **error)
{
    PfLeaseQueue *queue = find_queue_of_lease(self, connection, id);
    if (queue == NULL) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NO_LEASE,
                            "The lease is not this connection's, or was lost");
        return FALSE;
    }
    *ret_cached = pf_cache_finish_lease(self, queue, result, token_flags);
    pf_cache_serve_queue(self, queue);
    return TRUE;
}
