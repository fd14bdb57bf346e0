/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheKeyring: the rules; keyring-job.h does the work. */
#include "cache-keyring.h"

#include "cache-consent-private.h"
#include "cache-keyring-private.h"
#include "pin-rules.h"
#include "token-uri.h"

PfCacheKeyring *
pf_cache_keyring_new(PfCache *cache)
{
    PfCacheKeyring *self = g_new0(PfCacheKeyring, 1);
    self->cache = cache;
    self->exceptions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->lent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->refused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->lookups = g_ptr_array_new_with_free_func(pf_cache_keyring_free_lookup);
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

gboolean
pf_cache_keyring_may_use(PfCacheKeyring *self, const PfLeaseRequest *request,
                         const PfDialogDetails *details)
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

gboolean
pf_cache_keyring_may_have(PfCacheKeyring *self, const char *token)
{
    PfTokenId id;
    return self->is_allowed && pf_cache_may_keep(self->cache, token) &&
           pf_token_uri_parse(token, &id) && pf_token_id_has_serial(&id);
}

void
pf_cache_keyring_note_job(PfCacheKeyring *self, PfKeyringJob *job)
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
    pf_cache_keyring_note_job(self,
                              pf_keyring_job_start(PF_KEYRING_REMOVE, token, on_job_done, self));
}

/* The person has typed the right PIN, and said what is to become of it. */
static void
keep_typed(PfCacheKeyring *self, const PfPinLease *lease, const char *token, guint64 token_flags)
{
    if (lease->remember == PF_REMEMBER_UNSAID || !lease->is_for_login || !lease->may_store ||
        lease->pin == NULL || !pf_cache_keyring_may_have(self, token))
        return;
    gboolean keeps =
        lease->remember == PF_REMEMBER_YES && pf_pin_rule_may_present_cached((CK_FLAGS)token_flags);
    /* What is to go is not used, even if it cannot be removed now. */
    set_sealed(self, token, !keeps);
    if (keeps) {
        g_info("A PIN is put into the keyring: %s", token);
        pf_cache_keyring_note_job(self, pf_keyring_job_save(token, lease->pin, on_job_done, self));
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
    PfKeyringFunc func = lease->is_stored ? pf_cache_keyring_on_lent_settled : on_job_done;
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
        pf_cache_keyring_note_job(self, pf_keyring_job_refuse(token, matcher, func, self));
    else
        pf_cache_keyring_note_job(self, pf_keyring_job_start(PF_KEYRING_REMOVE, token, func, self));
}

void
pf_cache_keyring_end_lease(PfCacheKeyring *self, const PfPinLease *lease, PfLeaseResult result,
                           guint64 token_flags)
{
    const char *token = lease->domain->token;
    if (!self->is_allowed || self->cache->rejected == NULL || lease->new_page.fd >= 0) {
        /* What is lent when the setting is turned off is removed by that. */
        if (lease->is_stored)
            pf_cache_keyring_end_lent(self, token);
        return;
    }
    if (result == PF_LEASE_REJECTED && (lease->pin != NULL || lease->is_stripped))
        refuse(self, lease, token);
    else if (lease->is_stored)
        pf_cache_keyring_settle(self, token);
    else if (result == PF_LEASE_OK && !lease->is_cached)
        keep_typed(self, lease, token, token_flags);
}

void
pf_cache_keyring_lose_lease(PfCacheKeyring *self, const PfPinLease *lease)
{
    /* It stays marked as lent, and is removed when somebody looks. */
    if (lease->is_stored)
        pf_cache_keyring_end_lent(self, lease->domain->token);
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
