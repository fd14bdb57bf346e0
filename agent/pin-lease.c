/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinLease: its parts and their end; when is the cache's decision. */
#include "pin-lease.h"

#include <gio/gio.h>

#include "cache-error.h"

PfLeaseRequest *
pf_lease_request_new(PfProcessContext *context, gpointer connection, unsigned entry,
                     PfHistoryUse *use, const PfLeaseCall *call)
{
    PfLeaseRequest *request = g_new0(PfLeaseRequest, 1);
    request->call = *call;
    request->connection = connection;
    request->context = context;
    request->entry = entry;
    request->use = *use;
    *use = (PfHistoryUse){NULL};
    request->is_for_login = TRUE;
    request->may_store = TRUE;
    return request;
}

void
pf_lease_request_free(PfLeaseRequest *request)
{
    pf_secret_free(request->pin);
    pf_secret_free(request->new_pin);
    pf_history_use_clear(&request->use);
    g_free(request);
}

gboolean
pf_lease_request_wants_cached(const PfLeaseRequest *request)
{
    return request->pin == NULL && request->new_pin == NULL;
}

/* An agent that is never idle must not keep them all. */
#define DISCARDED_MAX 16u

/* Pages that are zeroed already, and what makes the next ones, while nobody waits for it. */
static GArray *discarded; /* of PfPinPage */
static guint idle;

static gboolean
on_idle(gpointer data)
{
    idle = 0;
    for (guint i = 0; discarded != NULL && i < discarded->len; i++)
        pf_pin_page_wipe(&g_array_index(discarded, PfPinPage, i));
    g_clear_pointer(&discarded, g_array_unref);
    pf_pin_page_prepare();
    return G_SOURCE_REMOVE;
}

static void
work_when_idle(void)
{
    if (idle == 0)
        idle = g_idle_add_full(G_PRIORITY_LOW, on_idle, NULL, NULL);
}

/* To unmap and to close it takes longer than all else that is done for the next one. */
static void
discard_page(PfPinPage *page)
{
    if (page->fd < 0)
        return;
    if (discarded != NULL && discarded->len >= DISCARDED_MAX) {
        pf_pin_page_wipe(page);
        return;
    }
    pf_pin_page_zero(page);
    if (discarded == NULL)
        discarded = g_array_new(FALSE, FALSE, sizeof *page);
    g_array_append_val(discarded, *page);
    *page = PF_PIN_PAGE_NONE;
    work_when_idle();
}

/* A page that holds PIN, or none. */
static gboolean
make_page(const PfSecret *pin, PfPinPage *page)
{
    return pin == NULL ||
           pf_pin_page_create(page, pf_secret_get_bytes(pin), pf_secret_get_length(pin)) >= 0;
}

PfPinLease *
pf_pin_lease_new(guint64 id, PfLeaseRequest *request, const PfSecret *pin, GError **error)
{
    PfPinLease *lease = g_new0(PfPinLease, 1);
    lease->id = id;
    lease->connection = request->connection;
    lease->context = request->context;
    lease->entry = request->entry;
    lease->domain =
        pf_login_domain_ref(pf_process_context_get_domain(request->context, request->entry));
    lease->pin = pin != NULL ? pf_secret_dup(pin) : NULL;
    lease->page = PF_PIN_PAGE_NONE;
    lease->new_page = PF_PIN_PAGE_NONE;
    lease->is_cached = pf_lease_request_wants_cached(request);
    lease->is_stored = request->is_stored;
    lease->remember = request->remember;
    lease->is_for_login = request->is_for_login;
    lease->keeps_token = request->keeps_token;
    lease->may_store = request->may_store;
    lease->since = g_get_monotonic_time();
    if ((pin != NULL && lease->pin == NULL) || !make_page(pin, &lease->page) ||
        !make_page(request->new_pin, &lease->new_page)) {
        pf_pin_lease_free(lease);
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NOT_CACHED,
                            "No memory can be locked");
        return NULL;
    }
    lease->use = request->use;
    request->use = (PfHistoryUse){NULL};
    /* Whoever waits for the next one waits for a copy only. */
    work_when_idle();
    return lease;
}

void
pf_pin_lease_free(PfPinLease *lease)
{
    if (lease == NULL)
        return;
    g_clear_handle_id(&lease->timeout, g_source_remove);
    discard_page(&lease->page);
    discard_page(&lease->new_page);
    pf_secret_free(lease->pin);
    pf_history_use_clear(&lease->use);
    pf_login_domain_unref(lease->domain);
    g_free(lease);
}

PfLeaseQueue *
pf_lease_queue_new(PfCache *cache, const char *token)
{
    PfLeaseQueue *queue = g_new0(PfLeaseQueue, 1);
    queue->cache = cache;
    queue->token = g_strdup(token);
    g_queue_init(&queue->waiting);
    return queue;
}

void
pf_lease_queue_free(PfLeaseQueue *queue)
{
    g_clear_handle_id(&queue->serving, g_source_remove);
    pf_pin_lease_free(queue->current);
    g_queue_clear_full(&queue->waiting, (GDestroyNotify)pf_lease_request_free);
    g_free(queue->token);
    g_free(queue);
}
