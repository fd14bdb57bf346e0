/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheKeyring: requests whose dialog waits for what the keyring says. */
#include "cache-keyring-private.h"

#include "cache-private.h"

/* A request whose dialog waits for the keyring. */
typedef struct {
    PfCacheKeyring *keyring;
    char *token;
    PfLeaseRequest *request; /* NULL: nobody waits any more */
    PfDialogDetails *details;
    PfKeyringJob *job; /* NULL: it waits for another program that has the stored PIN */
    guint timeout;
} Lookup;

void
pf_cache_keyring_free_lookup(gpointer data)
{
    Lookup *lookup = data;
    g_clear_handle_id(&lookup->timeout, g_source_remove);
    pf_dialog_details_free(lookup->details);
    g_free(lookup->token);
    g_free(lookup);
}

/* The request gets its dialog, with a box for the keyring or without. Frees LOOKUP. */
static void
ask(Lookup *lookup, PfKeyringOffer offer)
{
    PfCacheKeyring *self = lookup->keyring;
    PfLeaseRequest *request = lookup->request;
    PfDialogDetails *details = g_steal_pointer(&lookup->details);
    if (request != NULL) {
        details->keyring = offer;
        if (offer != PF_KEYRING_OFFER_NONE && g_hash_table_remove(self->refused, lookup->token) &&
            offer == PF_KEYRING_OFFER_EMPTY)
            details->keyring = PF_KEYRING_OFFER_REFUSED;
        g_ptr_array_remove_fast(self->cache->prompting, request);
        pf_cache_ask(self->cache, request, details);
    } else {
        pf_dialog_details_free(details);
    }
    g_ptr_array_remove_fast(self->lookups, lookup);
}

/* The stored PIN waits for its turn at the token. Frees LOOKUP. */
static void
use(Lookup *lookup, PfSecret *pin)
{
    PfCacheKeyring *self = lookup->keyring;
    PfLeaseRequest *request = lookup->request;
    g_ptr_array_remove_fast(self->lookups, lookup);
    request->pin = pin;
    request->is_stored = TRUE;
    g_ptr_array_remove_fast(self->cache->prompting, request);
    g_info("The PIN in the keyring is used: %s",
           pf_process_context_get_domain(request->context, request->entry)->token);
    pf_cache_enqueue(self->cache, request);
}

static void start_lookup(Lookup *lookup);

void
pf_cache_keyring_end_lent(PfCacheKeyring *self, const char *token)
{
    g_hash_table_remove(self->lent, token);
    for (guint i = 0; i < self->lookups->len; i++) {
        Lookup *lookup = g_ptr_array_index(self->lookups, i);
        if (lookup->job == NULL && g_str_equal(lookup->token, token))
            start_lookup(lookup);
    }
}

void
pf_cache_keyring_on_lent_settled(PfKeyringJob *job, PfKeyringResult *result, gpointer data)
{
    PfCacheKeyring *self = data;
    g_ptr_array_remove_fast(self->jobs, job);
    if (result->count > 0)
        pf_cache_emit_stored_pins_changed(self->cache);
    pf_cache_keyring_end_lent(self, pf_keyring_job_get_token(job));
}

void
pf_cache_keyring_settle(PfCacheKeyring *self, const char *token)
{
    pf_cache_keyring_note_job(self, pf_keyring_job_start(PF_KEYRING_SETTLE, token,
                                                         pf_cache_keyring_on_lent_settled, self));
}

static Lookup *
find_lookup(PfCacheKeyring *self, const PfKeyringJob *job)
{
    for (guint i = 0; i < self->lookups->len; i++) {
        Lookup *lookup = g_ptr_array_index(self->lookups, i);
        if (lookup->job == job)
            return lookup;
    }
    return NULL;
}

static PfKeyringOffer
get_offer(const PfKeyringResult *result)
{
    if (result->status != PF_KEYRING_READY)
        return PF_KEYRING_OFFER_NONE;
    return result->is_stored ? PF_KEYRING_OFFER_STORED : PF_KEYRING_OFFER_EMPTY;
}

static void
on_borrowed(PfKeyringJob *job, PfKeyringResult *result, gpointer data)
{
    PfCacheKeyring *self = data;
    Lookup *lookup = find_lookup(self, job);
    const char *token = pf_keyring_job_get_token(job);
    g_ptr_array_remove_fast(self->jobs, job);
    lookup->job = NULL;
    if (result->status != PF_KEYRING_READY || !result->is_lent) {
        ask(lookup, get_offer(result));
        pf_cache_keyring_end_lent(self, token);
        return;
    }
    if (result->pin != NULL &&
        pf_rejected_pins_contain(self->cache->rejected, token, result->pin, 0)) {
        /* The token has refused it already, from whomever. */
        ask(lookup, PF_KEYRING_OFFER_EMPTY);
        pf_cache_keyring_note_job(self,
                                  pf_keyring_job_start(PF_KEYRING_REMOVE, token,
                                                       pf_cache_keyring_on_lent_settled, self));
    } else if (result->pin != NULL && lookup->request != NULL &&
               pf_cache_keyring_may_have(self, token) &&
               pf_cache_keyring_may_use(self, lookup->request, lookup->details)) {
        use(lookup, g_steal_pointer(&result->pin));
    } else {
        ask(lookup, PF_KEYRING_OFFER_STORED);
        pf_cache_keyring_settle(self, token);
    }
}

static void
on_looked(PfKeyringJob *job, PfKeyringResult *result, gpointer data)
{
    PfCacheKeyring *self = data;
    Lookup *lookup = find_lookup(self, job);
    g_ptr_array_remove_fast(self->jobs, job);
    ask(lookup, get_offer(result));
}

/* Another program has had the PIN for so long that it may have been stopped. */
static gboolean
on_turn_timeout(gpointer user_data)
{
    Lookup *lookup = user_data;
    lookup->timeout = 0;
    ask(lookup, PF_KEYRING_OFFER_NONE);
    return G_SOURCE_REMOVE;
}

static void
start_lookup(Lookup *lookup)
{
    PfCacheKeyring *self = lookup->keyring;
    gboolean borrows =
        lookup->request != NULL && pf_cache_keyring_may_use(self, lookup->request, lookup->details);
    g_clear_handle_id(&lookup->timeout, g_source_remove);
    if (g_hash_table_contains(self->lent, lookup->token)) {
        /* Anew with each that gets it: who waits, waits while the queue moves. */
        lookup->timeout = g_timeout_add(PF_KEYRING_WAIT_MS, on_turn_timeout, lookup);
        return;
    }
    if (borrows)
        g_hash_table_add(self->lent, g_strdup(lookup->token));
    lookup->job = borrows
                      ? pf_keyring_job_start(PF_KEYRING_BORROW, lookup->token, on_borrowed, self)
                      : pf_keyring_job_start(PF_KEYRING_LOOK, lookup->token, on_looked, self);
    pf_cache_keyring_note_job(self, lookup->job);
}

gboolean
pf_cache_keyring_take_prompt(PfCacheKeyring *self, PfLeaseRequest *request,
                             PfDialogDetails *details)
{
    if (details->kind != PF_DIALOG_PIN || !request->is_for_login ||
        !pf_cache_keyring_may_have(self, details->token_uri))
        return FALSE;
    Lookup *lookup = g_new0(Lookup, 1);
    lookup->keyring = self;
    lookup->token = g_strdup(details->token_uri);
    lookup->request = request;
    lookup->details = details;
    g_ptr_array_add(self->lookups, lookup);
    g_ptr_array_add(self->cache->prompting, request);
    start_lookup(lookup);
    return TRUE;
}

void
pf_cache_keyring_drop_request(PfCacheKeyring *self, const PfLeaseRequest *request)
{
    if (request->is_stored)
        pf_cache_keyring_settle(
            self, pf_process_context_get_domain(request->context, request->entry)->token);
    for (guint i = 0; i < self->lookups->len; i++) {
        Lookup *lookup = g_ptr_array_index(self->lookups, i);
        if (lookup->request != request)
            continue;
        lookup->request = NULL;
        /* What runs is waited for: it may have marked the PIN as lent. */
        if (lookup->job == NULL)
            g_ptr_array_remove_index_fast(self->lookups, i);
        return;
    }
}
