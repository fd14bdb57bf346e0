/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: forgetting that concerns more than domains: PINs that are lent, answers that wait. */
#include "cache-private.h"

void
pf_cache_strip_lease(PfCache *self, const PfLoginDomain *domain)
{
    const PfLeaseQueue *queue = g_hash_table_lookup(self->queues, domain->token);
    PfPinLease *lease = queue != NULL ? queue->current : NULL;
    /* A PIN change is the person's own deed, and how it ended can be told only with its pages. */
    if (lease == NULL || lease->domain != domain || lease->pin == NULL || lease->new_page.fd >= 0 ||
        self->rejected == NULL)
        return;
    if (!pf_rejected_pins_mark(self->rejected, lease->pin, &lease->mark))
        return;
    lease->is_stripped = TRUE;
    /* A holder that has not read the page yet finds nothing in it (pin-page.h). */
    pf_pin_page_wipe(&lease->page);
    pf_secret_clear(&lease->pin);
}

gboolean
pf_cache_is_pin_of_lease(PfCache *self, const PfPinLease *lease, const PfSecret *pin)
{
    PfPinMark mark;
    if (!lease->is_stripped)
        return lease->pin != NULL && pf_secret_is_equal(pin, lease->pin);
    /* One that cannot be computed could be it. */
    return !pf_rejected_pins_mark(self->rejected, pin, &mark) ||
           pf_pin_mark_is_equal(&mark, &lease->mark);
}

void
pf_cache_set_doubled(PfCache *self, const char *const *token_uris)
{
    if (g_strv_equal(token_uris, (const char *const *)self->doubled))
        return;
    g_auto(GStrv) old = self->doubled;
    self->doubled = g_strdupv((GStrv)token_uris);
    for (gsize i = 0; token_uris[i] != NULL; i++) {
        if (g_strv_contains((const char *const *)old, token_uris[i]))
            continue;
        g_message("Two cards cannot be told from each other: %s", token_uris[i]);
        pf_cache_token_removed(self, token_uris[i], PF_FORGET_REMOVED);
    }
}

guint
pf_cache_forget_before_sleep(PfCache *self)
{
    guint count = pf_cache_forget(self, &(PfDomainFilter){NULL}, PF_FORGET_SUSPEND);
    pf_cache_drop_token_waiting(self, NULL);
    pf_cache_update_waiting_timer(self);
    return count;
}

guint
pf_cache_end_session(PfCache *self)
{
    guint count = 0;
    pf_cache_keyring_seal(self->keyring, NULL);
    g_autoptr(GPtrArray) domains = pf_cache_copy_domains(self);
    for (guint i = 0; i < domains->len; i++)
        count +=
            pf_cache_log_out_domain(self, g_ptr_array_index(domains, i), PF_FORGET_SESSION_END);
    pf_cache_drop_token_prompts(self, NULL);
    pf_cache_drop_token_waiting(self, NULL);
    pf_cache_update_waiting_timer(self);
    return count;
}
