/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: leases and waiting requests that end unsaid: who held or wanted them has gone, or what
 * they were for is not what it was (DESIGN 6). */
#include <string.h>

#include "cache-error.h"
#include "cache-private.h"

void
pf_cache_lose_lease(PfCache *self, PfLeaseQueue *queue, PfForgetReason reason)
{
    if (pf_cache_settle_queue(self, queue)) {
        pf_cache_serve_queue(self, queue);
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
    pf_cache_serve_queue(self, queue);
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
        pf_cache_serve_queue(self, queue);
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
