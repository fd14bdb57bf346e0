/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheKeyring: the rules; keyring-job.h does the work. */
#include "cache-keyring.h"

#include "cache-consent-private.h"
#include "keyring-job.h"
#include "pin-rules.h"
#include "token-uri.h"

struct PfCacheKeyring {
    PfCache *cache; /* borrowed */
    gboolean is_allowed;
    gboolean is_sealed;     /* every token but the exceptions */
    GHashTable *exceptions; /* set of URIs */
    GHashTable *lent;       /* set of URIs whose stored PIN is used, or fetched for that */
    GHashTable *refused;    /* set of URIs whose stored PIN was wrong; the next dialog says so */
    GPtrArray *lookups;
    GPtrArray *jobs; /* of PfKeyringJob, running */
};

/* A request whose dialog waits for the keyring. */
typedef struct {
    PfCacheKeyring *keyring;
    char *token;
    PfLeaseRequest *request; /* NULL: nobody waits any more */
    PfDialogDetails *details;
    PfKeyringJob *job; /* NULL: it waits for another program that has the stored PIN */
    guint timeout;
} Lookup;

static void
free_lookup(gpointer data)
{
    Lookup *lookup = data;
    g_clear_handle_id(&lookup->timeout, g_source_remove);
    pf_dialog_details_free(lookup->details);
    g_free(lookup->token);
    g_free(lookup);
}

PfCacheKeyring *
pf_cache_keyring_new(PfCache *cache)
{
    PfCacheKeyring *self = g_new0(PfCacheKeyring, 1);
    self->cache = cache;
    self->exceptions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->lent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->refused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->lookups = g_ptr_array_new_with_free_func(free_lookup);
    self->jobs = g_ptr_array_new();
    return self;
}

void
pf_cache_keyring_free(PfCacheKeyring *self)
{
    if (self == NULL)
        return;
    for (guint i = 0; i < self->jobs->len; i++)
        pf_keyring_job_detach(g_ptr_array_index(self->jobs, i));
    g_ptr_array_unref(self->jobs);
    g_ptr_array_unref(self->lookups);
    g_hash_table_unref(self->refused);
    g_hash_table_unref(self->lent);
    g_hash_table_unref(self->exceptions);
    g_free(self);
}

gboolean
pf_cache_keyring_is_allowed(const PfCacheKeyring *self)
{
    return self->is_allowed;
}

static gboolean
is_sealed(PfCacheKeyring *self, const char *token)
{
    return self->is_sealed != g_hash_table_contains(self->exceptions, token);
}

static void
set_sealed(PfCacheKeyring *self, const char *token, gboolean sealed)
{
    if (sealed == self->is_sealed)
        g_hash_table_remove(self->exceptions, token);
    else
        g_hash_table_add(self->exceptions, g_strdup(token));
}

/* May what is stored be used without a dialog, by REQUEST and for what the token shows? Not where a
 * cached PIN would not be presented, nor for a login that has come meanwhile, nor by a program that
 * has no right to one which is there, or that the person never wanted to have one (DESIGN 5, 6). */
static gboolean
may_use(PfCacheKeyring *self, const PfLeaseRequest *request, const PfDialogDetails *details)
{
    PfCache *cache = self->cache;
    const PfLoginDomain *domain = pf_process_context_get_domain(request->context, request->entry);
    if (is_sealed(self, domain->token) || !request->may_store || !details->is_program_known ||
        domain->state == PF_LOGIN_USER ||
        !pf_pin_rule_may_present_cached((CK_FLAGS)details->token_flags |
                                        pf_pin_warnings_get(cache->warnings, domain->token)) ||
        pf_cache_find_closed_login(cache, request->context, request->entry) != NULL)
        return FALSE;
    const PfConsent *consent = pf_cache_consent_find(cache->decisions, request->context, domain);
    return consent == NULL || consent->decision != PF_CONSENT_NEVER;
}

/* Could a PIN of TOKEN be in the keyring at all? One that cannot be told from its sibling has none.
 */
static gboolean
may_have(PfCacheKeyring *self, const char *token)
{
    PfTokenId id;
    return self->is_allowed && pf_cache_may_keep(self->cache, token) &&
           pf_token_uri_parse(token, &id) && pf_token_id_has_serial(&id);
}

static void
note_job(PfCacheKeyring *self, PfKeyringJob *job)
{
    g_ptr_array_add(self->jobs, job);
}

static void
on_job_done(PfKeyringJob *job, PfKeyringResult *result, gpointer data)
{
    PfCacheKeyring *self = data;
    g_ptr_array_remove_fast(self->jobs, job);
    if (result->status != PF_KEYRING_READY)
        g_message("The keyring could not be changed");
    pf_cache_emit_stored_pins_changed(self->cache);
}

static void
remove_stored(PfCacheKeyring *self, const char *token)
{
    note_job(self, pf_keyring_job_start(PF_KEYRING_REMOVE, token, on_job_done, self));
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

/* Nobody has the stored PIN of TOKEN any more: who waits for it may have it, one after the other.
 */
static void
end_lent(PfCacheKeyring *self, const char *token)
{
    g_hash_table_remove(self->lent, token);
    for (guint i = 0; i < self->lookups->len; i++) {
        Lookup *lookup = g_ptr_array_index(self->lookups, i);
        if (lookup->job == NULL && g_str_equal(lookup->token, token))
            start_lookup(lookup);
    }
}

static void
on_lent_settled(PfKeyringJob *job, PfKeyringResult *result, gpointer data)
{
    PfCacheKeyring *self = data;
    g_ptr_array_remove_fast(self->jobs, job);
    if (result->count > 0)
        pf_cache_emit_stored_pins_changed(self->cache);
    end_lent(self, pf_keyring_job_get_token(job));
}

/* The stored PIN was not presented, or was right. */
static void
settle(PfCacheKeyring *self, const char *token)
{
    note_job(self, pf_keyring_job_start(PF_KEYRING_SETTLE, token, on_lent_settled, self));
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
        end_lent(self, token);
        return;
    }
    if (result->pin != NULL &&
        pf_rejected_pins_contain(self->cache->rejected, token, result->pin, 0)) {
        /* The token has refused it already, from whomever. */
        ask(lookup, PF_KEYRING_OFFER_EMPTY);
        note_job(self, pf_keyring_job_start(PF_KEYRING_REMOVE, token, on_lent_settled, self));
    } else if (result->pin != NULL && lookup->request != NULL && may_have(self, token) &&
               may_use(self, lookup->request, lookup->details)) {
        use(lookup, g_steal_pointer(&result->pin));
    } else {
        ask(lookup, PF_KEYRING_OFFER_STORED);
        settle(self, token);
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
    gboolean borrows = lookup->request != NULL && may_use(self, lookup->request, lookup->details);
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
    note_job(self, lookup->job);
}

gboolean
pf_cache_keyring_take_prompt(PfCacheKeyring *self, PfLeaseRequest *request,
                             PfDialogDetails *details)
{
    if (details->kind != PF_DIALOG_PIN || !request->is_for_login ||
        !may_have(self, details->token_uri))
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
        settle(self, pf_process_context_get_domain(request->context, request->entry)->token);
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

/* The person has typed the right PIN, and said what is to become of it. */
static void
keep_typed(PfCacheKeyring *self, const PfPinLease *lease, const char *token, guint64 token_flags)
{
    if (lease->remember == PF_REMEMBER_UNSAID || !lease->is_for_login || !lease->may_store ||
        lease->pin == NULL || !may_have(self, token))
        return;
    gboolean keeps =
        lease->remember == PF_REMEMBER_YES && pf_pin_rule_may_present_cached((CK_FLAGS)token_flags);
    /* What is to go is not used, even if it cannot be removed now. */
    set_sealed(self, token, !keeps);
    if (keeps) {
        g_info("A PIN is put into the keyring: %s", token);
        note_job(self, pf_keyring_job_save(token, lease->pin, on_job_done, self));
    } else {
        remove_stored(self, token);
    }
}

/* The token has refused the PIN: if that is the stored one, it is gone before anybody else gets it.
 */
static void
refuse(PfCacheKeyring *self, const PfPinLease *lease, const char *token)
{
    PfPinMark mark = lease->mark;
    PfPinMatcher *matcher = NULL;
    PfKeyringFunc func = lease->is_stored ? on_lent_settled : on_job_done;
    /* Something has changed the token's PIN. */
    if (lease->is_cached || lease->is_stored)
        set_sealed(self, token, TRUE);
    if (lease->is_stored) {
        g_info("The PIN in the keyring was wrong: %s", token);
        g_hash_table_add(self->refused, g_strdup(token));
    }
    if (lease->is_stripped ||
        (lease->pin != NULL && pf_rejected_pins_mark(self->cache->rejected, lease->pin, &mark)))
        matcher = pf_pin_matcher_new(self->cache->rejected, &mark);
    if (matcher != NULL)
        note_job(self, pf_keyring_job_refuse(token, matcher, func, self));
    else
        note_job(self, pf_keyring_job_start(PF_KEYRING_REMOVE, token, func, self));
}

void
pf_cache_keyring_end_lease(PfCacheKeyring *self, const PfPinLease *lease, PfLeaseResult result,
                           guint64 token_flags)
{
    const char *token = lease->domain->token;
    if (!self->is_allowed || self->cache->rejected == NULL || lease->new_page.fd >= 0) {
        /* What is lent when the setting is turned off is removed by that. */
        if (lease->is_stored)
            end_lent(self, token);
        return;
    }
    if (result == PF_LEASE_REJECTED && (lease->pin != NULL || lease->is_stripped))
        refuse(self, lease, token);
    else if (lease->is_stored)
        settle(self, token);
    else if (result == PF_LEASE_OK && !lease->is_cached)
        keep_typed(self, lease, token, token_flags);
}

void
pf_cache_keyring_lose_lease(PfCacheKeyring *self, const PfPinLease *lease)
{
    /* It stays marked as lent, and is removed when somebody looks. */
    if (lease->is_stored)
        end_lent(self, lease->domain->token);
}

void
pf_cache_keyring_seal(PfCacheKeyring *self, const char *token)
{
    if (token == NULL) {
        self->is_sealed = TRUE;
        g_hash_table_remove_all(self->exceptions);
    } else {
        set_sealed(self, token, TRUE);
    }
    for (guint i = 0; i < self->jobs->len; i++) {
        PfKeyringJob *job = g_ptr_array_index(self->jobs, i);
        if (token == NULL || g_strcmp0(pf_keyring_job_get_token(job), token) == 0)
            pf_keyring_job_wipe(job);
    }
    pf_cache_drop_stored_waiting(self->cache, token);
}

void
pf_cache_keyring_forget(PfCacheKeyring *self, const char *token)
{
    if (!self->is_allowed)
        return;
    pf_cache_keyring_seal(self, token);
    remove_stored(self, token);
}

void
pf_cache_keyring_set_allowed(PfCacheKeyring *self, gboolean is_allowed)
{
    gboolean was_allowed = self->is_allowed;
    if (is_allowed == was_allowed)
        return;
    self->is_allowed = is_allowed;
    if (is_allowed) {
        pf_cache_emit_stored_pins_changed(self->cache);
    } else {
        pf_cache_keyring_seal(self, NULL);
        remove_stored(self, NULL);
    }
}
