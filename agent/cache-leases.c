/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: who may present a PIN now, and what the token's answer means (DESIGN 6). */
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

static void pump(PfCache *self, PfLeaseQueue *queue);
static gboolean settle(PfCache *self, PfLeaseQueue *queue);

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
    if (settle(queue->cache, queue))
        pump(queue->cache, queue);
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
    PfPinLease *lease = pf_pin_lease_new(++self->last_lease, request,
                                         wants_cached ? domain->pin : request->pin, &error);
    if (lease == NULL) {
        pf_cache_fail_request(self, request, error->code, error->message);
        return;
    }
    lease->prompt = g_steal_pointer(&request->prompt);
    if (lease->prompt == NULL)
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

/* Serves the queue; frees it when it is empty. */
static void
pump(PfCache *self, PfLeaseQueue *queue)
{
    while (queue->current == NULL && queue->holds == 0 && !g_queue_is_empty(&queue->waiting))
        grant(self, queue, g_queue_pop_head(&queue->waiting));
    if (queue->current == NULL && queue->holds == 0)
        g_hash_table_remove(self->queues, queue->token);
    pf_cache_update_waiting_timer(self);
}

void
pf_cache_serve_queue(PfCache *self, PfLeaseQueue *queue)
{
    pump(self, queue);
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
        settle(self, queue);
    }
    pump(self, queue);
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

void
pf_cache_lose_lease(PfCache *self, PfLeaseQueue *queue, PfForgetReason reason)
{
    if (settle(self, queue)) {
        pump(self, queue);
        return;
    }
    PfPinLease *lease = g_steal_pointer(&queue->current);
    PfLoginDomain *domain = lease->domain;
    g_info("A lease was lost: %s", domain->token);
    pf_prompt_broker_close(self->broker, g_steal_pointer(&lease->prompt), "withdrawn");
    pf_cache_keyring_lose_lease(self->keyring, lease);
    /* Nobody knows whether the token has taken it, or what its PIN is now. */
    if (lease->new_page.fd >= 0) {
        pf_cache_keyring_forget(self->keyring, domain->token);
        pf_cache_token_removed(self, domain->token, reason);
    } else if (domain->pin != NULL && pf_cache_is_pin_of_lease(self, lease, domain->pin)) {
        pf_cache_put_to_sleep(self, domain, reason);
    }
    pf_pin_lease_free(lease);
    pump(self, queue);
}

static gboolean
belongs_to(const PfProcessContext *context, gconstpointer connection,
           const PfProcessContext *wanted_context, gconstpointer wanted_connection)
{
    return context == wanted_context &&
           (wanted_connection == NULL || connection == wanted_connection);
}

static void
drop_from_queue(PfCache *self, PfLeaseQueue *queue, const PfProcessContext *context,
                gconstpointer connection)
{
    GList *next;
    for (GList *l = queue->waiting.head; l != NULL; l = next) {
        PfLeaseRequest *request = l->data;
        next = l->next;
        if (belongs_to(request->context, request->connection, context, connection)) {
            g_queue_delete_link(&queue->waiting, l);
            pf_cache_fail_request(self, request, PF_CACHE_ERROR_CANCELED, "Nobody waits");
        }
    }
    if (queue->current != NULL &&
        belongs_to(queue->current->context, queue->current->connection, context, connection))
        pf_cache_lose_lease(self, queue, PF_FORGET_LEASE_LOST);
    else
        pump(self, queue);
}

void
pf_cache_drop_lease_calls(PfCache *self, const PfProcessContext *context, gconstpointer connection)
{
    g_autoptr(GList) queues = g_hash_table_get_values(self->queues);
    for (GList *l = queues; l != NULL; l = l->next)
        drop_from_queue(self, l->data, context, connection);
}

void
pf_cache_lose_token_lease(PfCache *self, const char *token, PfForgetReason reason)
{
    g_autoptr(GList) queues = g_hash_table_get_values(self->queues);
    for (GList *l = queues; l != NULL; l = l->next) {
        PfLeaseQueue *queue = l->data;
        if (queue->current != NULL && (token == NULL || strcmp(queue->token, token) == 0))
            pf_cache_lose_lease(self, queue, reason);
    }
}

/* Requests for TOKEN (NULL: any) that MATCH and wait for their turn get none. */
static void
drop_waiting(PfCache *self, const char *token, gboolean (*match)(const PfLeaseRequest *),
             const char *message)
{
    GHashTableIter iter;
    PfLeaseQueue *queue;
    g_hash_table_iter_init(&iter, self->queues);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&queue)) {
        GList *next;
        for (GList *l = queue->waiting.head; l != NULL; l = next) {
            PfLeaseRequest *request = l->data;
            next = l->next;
            if (!match(request) || (token != NULL && strcmp(queue->token, token) != 0))
                continue;
            g_queue_delete_link(&queue->waiting, l);
            pf_cache_fail_request(self, request, PF_CACHE_ERROR_CANCELED, message);
        }
    }
}

static gboolean
is_answered(const PfLeaseRequest *request)
{
    return request->prompt != NULL || request->is_stored;
}

void
pf_cache_drop_token_waiting(PfCache *self, const char *token)
{
    drop_waiting(self, token, is_answered, "The token is not what it was");
}

static gboolean
is_stored(const PfLeaseRequest *request)
{
    return request->is_stored;
}

void
pf_cache_drop_stored_waiting(PfCache *self, const char *token)
{
    drop_waiting(self, token, is_stored, "The PIN was forgotten");
    pf_cache_update_waiting_timer(self);
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

/* The token took the PIN that was typed for a login. Returns whether the domain is logged in. */
static gboolean
log_in_by_dialog(PfCache *self, PfPinLease *lease, PfLoginDomain *domain)
{
    const char *how = domain->state == PF_LOGIN_ASLEEP ? "wake" : "dialog";
    gboolean is_cached = domain->state == PF_LOGIN_USER;
    if (lease->may_store && pf_cache_may_keep(self, domain->token))
        is_cached =
            pf_cache_log_in(self, lease->context, lease->entry, g_steal_pointer(&lease->pin), how);
    /* What it was woken for needs no other PIN. */
    if (lease->use.operation != NULL)
        pf_cache_record_use(self, lease->context, lease->domain, &lease->use, NULL);
    return is_cached;
}

/* The token took the PIN. Returns whether the domain is logged in. */
static gboolean
accept_pin(PfCache *self, PfPinLease *lease, guint64 token_flags)
{
    PfLoginDomain *domain = pf_process_context_get_domain(lease->context, lease->entry);
    if (lease->new_page.fd >= 0) {
        pf_cache_record_token(self, PF_HISTORY_PIN_CHANGED, lease->context, domain->token,
                              "dialog");
        pf_cache_token_removed(self, domain->token, PF_FORGET_PIN_CHANGED);
        return FALSE;
    }
    if (self->rejected != NULL)
        pf_rejected_pins_forget(self->rejected, domain->token);
    pf_pin_warnings_note_login(self->warnings, domain->token, (CK_FLAGS)token_flags);
    if (lease->is_cached && domain->state == PF_LOGIN_USER)
        pf_login_domain_touch(domain);
    if (!lease->is_for_login)
        pf_cache_record_use(self, lease->context, domain, &lease->use,
                            lease->is_cached ? "consent" : "dialog");
    else if (!lease->is_cached)
        return log_in_by_dialog(self, lease, domain);
    return lease->is_for_login && domain->state == PF_LOGIN_USER;
}

/* The token refused the PIN: wiped wherever it is, before anybody is served again. */
static void
reject_pin(PfCache *self, const PfPinLease *lease, guint64 token_flags)
{
    const char *token = lease->domain->token;
    if (lease->pin == NULL && !lease->is_stripped)
        return;
    pf_cache_record_refusal(self, lease->context, lease->domain, &lease->use,
                            pf_cache_get_rejection_name(token_flags));
    if (lease->is_stripped)
        pf_rejected_pins_add_mark(self->rejected, token, &lease->mark);
    else if (self->rejected != NULL)
        pf_rejected_pins_add(self->rejected, token, lease->pin);
    g_autoptr(GPtrArray) domains = pf_cache_copy_domains(self);
    for (guint i = 0; i < domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(domains, i);
        if (domain->pin != NULL && strcmp(domain->token, token) == 0 &&
            pf_cache_is_pin_of_lease(self, lease, domain->pin))
            pf_cache_log_out_domain(self, domain, PF_FORGET_REJECTED);
    }
}

/* The dialog learns how its PIN fared. */
static void
conclude_prompt(PfCache *self, PfPinLease *lease, PfLeaseResult result, guint64 token_flags)
{
    if (lease->prompt == NULL)
        return;
    pf_prompt_set_token_flags(lease->prompt, token_flags);
    /* Where no PIN is proven, a blocked one is what is to be replaced. */
    gboolean is_proof = lease->pin != NULL || lease->is_stripped;
    gboolean is_locked = is_proof && (token_flags & CKF_USER_PIN_LOCKED) != 0;
    if (result == PF_LEASE_REJECTED && !is_locked && !lease->is_cached) {
        pf_cache_keep_prompt_for_retry(self, lease);
        return;
    }
    const char *reason = "failed";
    if (result == PF_LEASE_OK)
        reason = "accepted";
    else if (result == PF_LEASE_REJECTED)
        reason = is_locked ? "locked" : "withdrawn"; /* there is nothing left to agree to */
    pf_prompt_broker_close(self->broker, g_steal_pointer(&lease->prompt), reason);
}

/* Ends the queue's lease; the next one is not granted. Returns whether the domain is logged in by
 * its PIN. */
static gboolean
finish_lease(PfCache *self, PfLeaseQueue *queue, PfLeaseResult result, guint64 token_flags)
{
    PfPinLease *lease = g_steal_pointer(&queue->current);
    gboolean is_cached = FALSE;
    pf_cache_keyring_end_lease(self->keyring, lease, result, token_flags);
    if (result != PF_LEASE_OK)
        pf_pin_warnings_add(self->warnings, lease->domain->token, (CK_FLAGS)token_flags);
    if (result == PF_LEASE_OK)
        is_cached = accept_pin(self, lease, token_flags);
    else if (result == PF_LEASE_REJECTED)
        reject_pin(self, lease, token_flags);
    else
        is_cached = lease->is_for_login && lease->domain->state == PF_LOGIN_USER;
    if (result == PF_LEASE_UNUSED && lease->is_cached &&
        !pf_pin_rule_may_present_cached((CK_FLAGS)token_flags))
        pf_cache_record_refusal(self, lease->context, lease->domain, &lease->use, "last-try");
    conclude_prompt(self, lease, result, token_flags);
    pf_pin_lease_free(lease);
    return is_cached;
}

/* A lease that is over ends here. */
static gboolean
settle(PfCache *self, PfLeaseQueue *queue)
{
    if (queue->current == NULL || !is_over(queue->current))
        return FALSE;
    finish_lease(self, queue, PF_LEASE_OK, 0);
    return TRUE;
}

void
pf_cache_settle_leases(PfCache *self, const char *token)
{
    GHashTableIter iter;
    PfLeaseQueue *queue;
    g_hash_table_iter_init(&iter, self->queues);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&queue)) {
        if (token == NULL || strcmp(queue->token, token) == 0)
            settle(self, queue);
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
    *ret_cached = finish_lease(self, queue, result, token_flags);
    pump(self, queue);
    return TRUE;
}
