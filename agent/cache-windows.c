/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: windows that programs have open, and a token that nobody may open one on. */
#include <string.h>

#include "cache-private.h"

/* Nobody tells that a window closes. Looked at only while one outlives its PIN. */
#define STILL_OPEN_LOOK_MS 250

static gboolean
has_window(const PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        if (pf_process_context_count_windows(member->context, member->entry) > 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
on_still_open_look(gpointer data)
{
    PfCache *self = data;
    guint count = 0;
    guint closed = 0;
    for (guint i = 0; i < self->contexts->len; i++)
        count += pf_process_context_look_still_open(g_ptr_array_index(self->contexts, i), &closed);
    if (closed > 0)
        pf_cache_emit_changed(self);
    if (count > 0)
        return G_SOURCE_CONTINUE;
    self->still_open_look = 0;
    return G_SOURCE_REMOVE;
}

void
pf_cache_note_still_open(PfCache *self, const PfLoginDomain *domain)
{
    gboolean is_any = FALSE;
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        is_any |= pf_process_context_note_still_open(member->context, member->entry);
    }
    if (is_any && self->still_open_look == 0)
        self->still_open_look = g_timeout_add(STILL_OPEN_LOOK_MS, on_still_open_look, self);
}

gboolean
pf_cache_is_token_busy(PfCache *self, const char *token_uri)
{
    const PfLeaseQueue *queue = g_hash_table_lookup(self->queues, token_uri);
    pf_cache_settle_leases(self, token_uri);
    if (queue != NULL && queue->current != NULL)
        return TRUE;
    for (guint i = 0; i < self->domains->len; i++) {
        const PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        if (strcmp(domain->token, token_uri) == 0 && has_window(domain))
            return TRUE;
    }
    return FALSE;
}

void
pf_cache_token_reset(PfCache *self, const char *token_uri)
{
    for (guint i = 0; i < self->domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        if (strcmp(domain->token, token_uri) == 0)
            pf_login_domain_note_reset(domain);
    }
}

void
pf_cache_hold_token(PfCache *self, const char *token_uri)
{
    PfLeaseQueue *queue = pf_cache_get_queue(self, token_uri);
    queue->holds++;
    if (queue->current != NULL)
        pf_state_writer_set_lease_awaited(queue->current->context->state, queue->current->entry,
                                          TRUE);
}

void
pf_cache_release_token(PfCache *self, const char *token_uri)
{
    PfLeaseQueue *queue = g_hash_table_lookup(self->queues, token_uri);
    g_return_if_fail(queue != NULL && queue->holds > 0);
    queue->holds--;
    pf_cache_serve_queue(self, queue);
}
