/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: who holds a lease, and whether it is over, or lost (DESIGN 6). */
#include <string.h>

#include "cache-error.h"
#include "cache-private.h"

/* A holder that says nothing for so long has lost its lease. */
#define LEASE_TIMEOUT_S 30
/* When it is looked whether it has ended unsaid, and its PIN can be wiped: after what programs wait
 * between two of many signatures, and after what a card takes. */
static const gint64 looks_ms[] = {100, 1000};

/* While others wait, a holder that cannot act loses it sooner, and so does one that sleeps in its
 * backend: it may hang there, which is nobody else's affair. */
#define HALTED_TIMEOUT_MS 2000
#define SILENT_TIMEOUT_MS 2500
/* One that works is looked at again after this. */
#define WORKING_LOOK_MS 250

/* After one that hung the next may hang as well, for it can be the token: whoever has waited for so
 * long is told no, and does not wait for one after the other (DESIGN 4.14). Each holder has a
 * moment to show that it is none of these. */
#define WAIT_LIMIT_MS   2700
#define MOMENT_MS       150
#define OVERDUE_LOOK_MS 50

static void schedule_look(PfLeaseQueue *queue);

/* Has the queue's holder, which has not ended its lease, lost it? */
static gboolean
has_lost(PfLeaseQueue *queue, gint64 now)
{
    const PfPinLease *lease = queue->current;
    if (now - lease->since >= (gint64)LEASE_TIMEOUT_S * G_USEC_PER_SEC)
        return TRUE;
    if (g_queue_is_empty(&queue->waiting))
        return FALSE;
    gint64 awaited_ms = (now - lease->awaited) / 1000;
    PfPeerIdentity *holder = lease->context->identity;
    return (awaited_ms >= HALTED_TIMEOUT_MS && pf_peer_identity_is_halted(holder)) ||
           (awaited_ms >= SILENT_TIMEOUT_MS && !pf_peer_identity_is_working(holder));
}

/* Those that have waited long enough for a token that hangs. Their logins stand. */
static void
refuse_overdue(PfLeaseQueue *queue, gint64 now)
{
    const PfPinLease *lease = queue->current;
    GList *next;
    if (!queue->hangs || now - lease->since < MOMENT_MS * 1000 ||
        pf_peer_identity_is_working(lease->context->identity))
        return;
    for (GList *l = queue->waiting.head; l != NULL; l = next) {
        PfLeaseRequest *request = l->data;
        next = l->next;
        if (!pf_lease_request_wants_cached(request) || request->prompt != NULL ||
            now - request->since < WAIT_LIMIT_MS * 1000)
            continue;
        g_queue_delete_link(&queue->waiting, l);
        g_debug("The token hangs in others, too long for process %d",
                (int)request->context->identity->pid);
        pf_cache_fail_request(queue->cache, request, PF_CACHE_ERROR_LIMIT,
                              "Those that have a PIN for the token hang in it");
    }
    pf_cache_update_waiting_timer(queue->cache);
}

static gboolean
on_lease_look(gpointer user_data)
{
    PfLeaseQueue *queue = user_data;
    gint64 now = g_get_monotonic_time();
    queue->current->timeout = 0;
    if (pf_cache_settle_queue(queue->cache, queue)) {
        pf_cache_serve_queue(queue->cache, queue);
    } else if (has_lost(queue, now)) {
        /* One that is halted may have the reader for itself. */
        queue->hangs = TRUE;
        pf_cache_lose_lease(queue->cache, queue, PF_FORGET_LEASE_LOST);
    } else {
        refuse_overdue(queue, now);
        schedule_look(queue);
    }
    return G_SOURCE_REMOVE;
}

static void
look_in(PfLeaseQueue *queue, gint64 wait_ms)
{
    PfPinLease *lease = queue->current;
    g_clear_handle_id(&lease->timeout, g_source_remove);
    lease->look = g_get_monotonic_time() + wait_ms * 1000;
    lease->timeout = g_timeout_add((guint)wait_ms, on_lease_look, queue);
}

/* Looks at the holder when something can be known that is not known now. */
static void
schedule_look(PfLeaseQueue *queue)
{
    PfPinLease *lease = queue->current;
    gint64 now = g_get_monotonic_time();
    gint64 held_ms = (now - lease->since) / 1000;
    gint64 wait_ms = (gint64)LEASE_TIMEOUT_S * 1000 - held_ms;
    for (guint i = 0; i < G_N_ELEMENTS(looks_ms); i++) {
        if (held_ms < looks_ms[i])
            wait_ms = MIN(wait_ms, looks_ms[i] - held_ms);
    }
    gint64 awaited_ms = (now - lease->awaited) / 1000;
    if (!g_queue_is_empty(&queue->waiting) && awaited_ms < HALTED_TIMEOUT_MS)
        wait_ms = MIN(wait_ms, HALTED_TIMEOUT_MS - awaited_ms);
    else if (!g_queue_is_empty(&queue->waiting))
        wait_ms = MIN(wait_ms, MAX(SILENT_TIMEOUT_MS - awaited_ms, WORKING_LOOK_MS));
    if (queue->hangs && !g_queue_is_empty(&queue->waiting))
        wait_ms = MIN(wait_ms, OVERDUE_LOOK_MS);
    look_in(queue, MAX(wait_ms, 1));
}

void
pf_cache_await_holder(PfLeaseQueue *queue)
{
    PfPinLease *lease = queue->current;
    pf_state_writer_set_lease_awaited(lease->context->state, lease->entry, TRUE);
    /* The first that waits; who waited before has gone. */
    if (lease->awaited != 0 && g_queue_get_length(&queue->waiting) > 1)
        return;
    lease->awaited = g_get_monotonic_time();
    schedule_look(queue);
}

void
pf_cache_watch_holder(PfLeaseQueue *queue)
{
    PfPinLease *lease = queue->current;
    /* One that is renewed keeps its timer, unless that is of a holder who took long. */
    if (lease->timeout == 0 || lease->look - lease->since > looks_ms[1] * 1000)
        look_in(queue, looks_ms[0]);
    if (g_queue_is_empty(&queue->waiting))
        pf_state_writer_set_lease_awaited(lease->context->state, lease->entry, FALSE);
    else
        pf_cache_await_holder(queue);
}

gboolean
pf_cache_is_lease_over(const PfPinLease *lease)
{
    return lease->prompt == NULL && lease->is_cached &&
           pf_process_context_has_ended_lease(lease->context, lease->entry, lease->id);
}

gboolean
pf_cache_settle_queue(PfCache *self, PfLeaseQueue *queue)
{
    if (queue->current == NULL || !pf_cache_is_lease_over(queue->current))
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
