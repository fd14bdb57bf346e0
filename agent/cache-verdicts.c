/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: what the token's answer to a PIN means for everybody who has it (DESIGN 6). */
#include <string.h>

#include "cache-private.h"
#include "pin-rules.h"

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
    pf_cache_emit_pin_presented(self, domain->token, TRUE);
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
    pf_cache_emit_pin_presented(self, token, FALSE);
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

gboolean
pf_cache_finish_lease(PfCache *self, PfLeaseQueue *queue, PfLeaseResult result, guint64 token_flags)
{
    PfPinLease *lease = g_steal_pointer(&queue->current);
    gboolean is_cached = FALSE;
    queue->hangs = FALSE;
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
