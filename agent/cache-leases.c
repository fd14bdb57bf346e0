/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: who may present a PIN now (DESIGN 6). */
#include <string.h>

#include "cache-error.h"
#include "cache-private.h"
#include "pin-rules.h"

/* A holder that says nothing for so long has lost its lease. */
#define LEASE_TIMEOUT_S 30
/* When it is looked for the first time whether it has ended unsaid, and its PIN can be wiped. */
#define LEASE_LOOK_S 1
/* While others wait, a holder that cannot act loses it sooner, and so does one that sleeps in its
 * backend: it may hang there, which is nobody else's affair. */
#define HALTED_TIMEOUT_MS 2000
#define SILENT_TIMEOUT_MS 2500
/* One that works is looked at again after this. */
#define WORKING_LOOK_MS 250
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
    g_debug("Calls that wait for the person: %u", self->prompting->len);
    GHashTableIter iter;
    PfLeaseQueue *queue;
    g_hash_table_iter_init(&iter, self->queues);
    while (!is_needed && g_hash_table_iter_next(&iter, NULL, (gpointer *)&queue))
        is_needed = !g_queue_is_empty(&queue->waiting);
    if (is_needed && self->waiting_timer == 0)
        self->waiting_timer =
            g_timeout_add(PF_WIRE_WAITING_PERIOD_S * 1000, on_waiting_timer, self);
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

static void schedule_look(PfLeaseQueue *queue);

/* Has the queue's holder, which has not ended its lease, lost it? */
static gboolean
has_lost(PfLeaseQueue *queue, gint64 now)
{
    const PfPinLease *lease = queue->current;
    if (now - lease->since >= LEASE_TIMEOUT_S * G_USEC_PER_SEC)
        return TRUE;
    if (g_queue_is_empty(&queue->waiting))
        return FALSE;
    gint64 awaited_ms = (now - lease->awaited) / 1000;
    PfPeerIdentity *holder = lease->context->identity;
    return (awaited_ms >= HALTED_TIMEOUT_MS && pf_peer_identity_is_halted(holder)) ||
           (awaited_ms >= SILENT_TIMEOUT_MS && !pf_peer_identity_is_working(holder));
}

static gboolean
on_lease_look(gpointer user_data)
{
    PfLeaseQueue *queue = user_data;
    queue->current->timeout = 0;
    if (pf_cache_settle_queue(queue->cache, queue))
        pf_cache_serve_queue(queue->cache, queue);
    else if (has_lost(queue, g_get_monotonic_time()))
        pf_cache_lose_lease(queue->cache, queue, PF_FORGET_LEASE_LOST);
    else
        schedule_look(queue);
    return G_SOURCE_REMOVE;
}

/* Looks at the holder when something can be known that is not known now. */
static void
schedule_look(PfLeaseQueue *queue)
{
    PfPinLease *lease = queue->current;
    gint64 now = g_get_monotonic_time();
    gint64 wait_ms = LEASE_TIMEOUT_S * 1000 - (now - lease->since) / 1000;
    gint64 awaited_ms = (now - lease->awaited) / 1000;
    if (!g_queue_is_empty(&queue->waiting) && awaited_ms < HALTED_TIMEOUT_MS)
        wait_ms = MIN(wait_ms, HALTED_TIMEOUT_MS - awaited_ms);
    else if (!g_queue_is_empty(&queue->waiting))
        wait_ms = MIN(wait_ms, MAX(SILENT_TIMEOUT_MS - awaited_ms, WORKING_LOOK_MS));
    g_clear_handle_id(&lease->timeout, g_source_remove);
    lease->timeout = g_timeout_add((guint)MAX(wait_ms, 1), on_lease_look, queue);
}

/* Others begin to wait for the queue's lease, and its holder is to be told so. */
static void
await(PfLeaseQueue *queue)
{
    PfPinLease *lease = queue->current;
    pf_state_writer_set_lease_awaited(lease->context->state, lease->entry, TRUE);
    /* The first that waits; who waited before has gone. */
    if (lease->awaited != 0 && g_queue_get_length(&queue->waiting) > 1)
        return;
    lease->awaited = g_get_monotonic_time();
    schedule_look(queue);
}

static void
begin_look(PfLeaseQueue *queue)
{
    g_clear_handle_id(&queue->current->timeout, g_source_remove);
    queue->current->timeout = g_timeout_add_seconds(LEASE_LOOK_S, on_lease_look, queue);
}

/* Has the holder said on its board that the lease is over (state-page.h)? */
static gboolean
is_over(const PfPinLease *lease)
{
    return lease->prompt == NULL && lease->is_cached &&
           pf_process_context_has_ended_lease(lease->context, lease->entry, lease->id);
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
    if (pf_token_rules_get_mode(self->rules, domain->token) == PF_TOKEN_RULE_NEVER)
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

/* Answers a request whose turn has come: with a lease, or with an error. Consumes it. */
static void
grant(PfCache *self, PfLeaseQueue *queue, PfLeaseRequest *request)
{
    g_autoptr(GError) error = NULL;
    PfLoginDomain *domain = pf_process_context_get_domain(request->context, request->entry);
    gboolean wants_cached = pf_lease_request_wants_cached(request);
    int refusal = wants_cached ? find_refusal(self, domain) : -1;
    if (request->prompt != NULL && wants_cached && (refusal >= 0 || !self->confirms)) {
        /* What the person agreed to cannot be any more. */
        pf_cache_ask_pin_instead(self, request);
        return;
    }
    if (refusal >= 0) {
        if (refusal == PF_CACHE_ERROR_ASLEEP && domain->state == PF_LOGIN_USER)
            pf_cache_record_refusal(self, request->context, domain, &request->use, "last-try");
        pf_cache_fail_request(self, request, refusal, "The domain has no PIN");
        return;
    }
    if (is_stored_void(self, request, domain->token)) {
        pf_cache_record_refusal(self, request->context, domain, &request->use,
                                may_present_cached(self, domain->token) ? "rejected" : "last-try");
        pf_cache_fail_request(self, request, PF_CACHE_ERROR_CANCELED,
                              "The token is not what it was");
        return;
    }
    PfPinLease *lease = pf_pin_lease_new(++self->last_lease, request,
                                         wants_cached ? domain->pin : request->pin, &error);
    if (lease == NULL) {
        pf_cache_fail_request(self, request, error->code, error->message);
        return;
    }
    lease->prompt = g_steal_pointer(&request->prompt);
    /* What others are lent is told when the token has taken it. */
    if (lease->is_cached && lease->prompt == NULL)
        pf_cache_record_use(self, lease->context, domain, &lease->use, NULL);
    queue->current = lease;
    begin_look(queue);
    if (g_queue_is_empty(&queue->waiting))
        pf_state_writer_set_lease_awaited(lease->context->state, lease->entry, FALSE);
    else
        await(queue);
    request->call.answer(request->call.data, lease, NULL);
    pf_lease_request_free(request);
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
        !is_over(lease) || request->context != lease->context || request->entry != lease->entry ||
        !pf_lease_request_wants_cached(request) || request->prompt != NULL)
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
    lease->since = g_get_monotonic_time();
    pf_state_writer_set_lease_awaited(lease->context->state, lease->entry, FALSE);
    begin_look(queue);
    request->call.answer(request->call.data, lease, NULL);
    pf_lease_request_free(request);
    return TRUE;
}

void
pf_cache_enqueue(PfCache *self, PfLeaseRequest *request)
{
    const char *token = pf_process_context_get_domain(request->context, request->entry)->token;
    PfLeaseQueue *queue = pf_cache_get_queue(self, token);
    if (renew(self, queue, request))
        return;
    g_queue_push_tail(&queue->waiting, request);
    if (queue->current != NULL) {
        await(queue);
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

/* Refuses at once what would wait for another thread of the same process, which cannot go on before
 * this call is answered: the caller keeps the token for itself within the process. */
static gboolean
refuse_waiting(PfCache *self, PfProcessContext *context, int entry, GError **error)
{
    PfLoginDomain *domain = pf_process_context_get_domain(context, (unsigned)entry);
    const PfLeaseQueue *queue = g_hash_table_lookup(self->queues, domain->token);
    if (queue == NULL || !presents_typed(queue, context))
        return FALSE;
    int refusal = find_refusal(self, domain);
    if (refusal >= 0)
        g_set_error_literal(error, PF_CACHE_ERROR, refusal, "The domain has no PIN");
    return refusal >= 0;
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
    pf_cache_enqueue(self, pf_lease_request_new(context, connection, (unsigned)entry, &what, call));
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

gboolean
pf_cache_settle_queue(PfCache *self, PfLeaseQueue *queue)
{
    if (queue->current == NULL || !is_over(queue->current))
        return FALSE;
    pf_cache_finish_lease(self, queue, PF_LEASE_OK, 0);
    return TRUE;
}

static gboolean
on_turn(gpointer user_data)
{
    PfLeaseQueue *queue = user_data;
    queue->serving = 0;
    pf_cache_serve_queue(queue->cache, queue);
    return G_SOURCE_REMOVE;
}

void
pf_cache_settle_leases(PfCache *self, const char *token)
{
    GHashTableIter iter;
    PfLeaseQueue *queue;
    g_hash_table_iter_init(&iter, self->queues);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&queue)) {
        if ((token != NULL && strcmp(queue->token, token) != 0) ||
            !pf_cache_settle_queue(self, queue))
            continue;
        /* The holder may have seen that somebody waits, but what it says now is of a lease that is
         * no more: nothing else would serve them. */
        if (queue->serving == 0)
            queue->serving = g_idle_add_full(G_PRIORITY_DEFAULT, on_turn, queue, NULL);
    }
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
