/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheConsent: offers, one for each program and login, for as long as somebody could use it. */
#include "cache-consent-private.h"

/* What was offered is remembered until its login ends, so that a program that opens one session
 * after the other says it once. Nobody has so many programs. */
#define OFFERS_REMEMBERED 256u

typedef struct {
    PfCacheConsent *consent;
    PfConsentSubject subject;
    GPtrArray *contexts;   /* of PfProcessContext, borrowed: who could use it */
    PfConsentOffer *shown; /* NULL: over, and not made again in this login */
} Offer;

static void
withdraw(Offer *offer)
{
    PfConsentOffers *offers = pf_prompt_broker_get_offers(offer->consent->cache->broker);
    if (offer->shown != NULL)
        pf_consent_offers_withdraw(offers, g_steal_pointer(&offer->shown));
}

void
pf_cache_consent_free_offer(gpointer data)
{
    Offer *offer = data;
    withdraw(offer);
    pf_cache_consent_clear_subject(&offer->subject);
    g_ptr_array_unref(offer->contexts);
    g_free(offer);
}

static Offer *
find_offer(PfCacheConsent *self, const PfConsentSubject *subject)
{
    for (guint i = 0; i < self->offers->len; i++) {
        Offer *offer = g_ptr_array_index(self->offers, i);
        if (pf_cache_consent_is_same_subject(&offer->subject, subject))
            return offer;
    }
    return NULL;
}

static void
on_offer_over(PfConsentOffer *shown, PfConsentDecision decision, gpointer user_data)
{
    Offer *offer = user_data;
    offer->shown = NULL;
    if (decision == PF_CONSENT_NONE)
        return;
    /* Whoever comes in leaves the list of those who could; with the login the offer is gone. */
    PfConsentSubject subject;
    g_autoptr(GPtrArray) contexts = g_ptr_array_copy(offer->contexts, NULL, NULL);
    pf_cache_consent_copy_subject(&offer->subject, &subject);
    pf_cache_consent_apply(offer->consent, &subject, decision, contexts);
    pf_cache_consent_clear_subject(&subject);
}

/* What the notification says. */
static PfDialogDetails *
make_details(PfCacheConsent *self, PfProcessContext *context, const PfConsentSubject *subject)
{
    PfDialogDetails *details =
        pf_cache_make_details(context, subject->domain->token, &(PfPromptArg){.purpose = "login"});
    pf_cache_consent_describe(self, details, subject);
    return details;
}

/* Shows it, if it can be shown. */
static PfConsentOffer *
show(Offer *offer, PfProcessContext *context)
{
    PfCacheConsent *self = offer->consent;
    return pf_consent_offers_add(pf_prompt_broker_get_offers(self->cache->broker),
                                 make_details(self, context, &offer->subject), on_offer_over,
                                 offer);
}

void
pf_cache_consent_make_offer(PfCacheConsent *self, PfProcessContext *context, PfLoginDomain *closed)
{
    PfConsentSubject subject;
    if (pf_cache_consent_find(self, context, closed) != NULL ||
        !pf_prompt_broker_has_prompter(self->cache->broker))
        return;
    pf_cache_consent_init_subject(&subject, context, closed);
    Offer *known = find_offer(self, &subject);
    if (known != NULL && !g_ptr_array_find(known->contexts, context, NULL))
        g_ptr_array_add(known->contexts, context);
    if (known != NULL || self->offers->len >= OFFERS_REMEMBERED ||
        pf_cache_consent_is_asked(self, &subject)) {
        pf_cache_consent_clear_subject(&subject);
        return;
    }
    Offer *offer = g_new0(Offer, 1);
    *offer = (Offer){.consent = self, .subject = subject, .contexts = g_ptr_array_new()};
    g_ptr_array_add(offer->contexts, context);
    offer->shown = show(offer, context);
    if (offer->shown != NULL)
        g_ptr_array_add(self->offers, offer);
    else
        pf_cache_consent_free_offer(offer); /* too many: the next one may find room */
}

void
pf_cache_consent_withdraw_offer(PfCacheConsent *self, const PfConsentSubject *subject)
{
    Offer *offer = find_offer(self, subject);
    if (offer != NULL)
        withdraw(offer);
}

void
pf_cache_consent_end_offers(PfCacheConsent *self, const PfLoginDomain *domain)
{
    for (guint i = self->offers->len; i > 0; i--) {
        const Offer *offer = g_ptr_array_index(self->offers, i - 1);
        if (offer->subject.domain == domain)
            g_ptr_array_remove_index_fast(self->offers, i - 1);
    }
}

void
pf_cache_consent_leave_offers(PfCacheConsent *self, const PfProcessContext *context,
                              const PfLoginDomain *domain)
{
    for (guint i = self->offers->len; i > 0; i--) {
        Offer *offer = g_ptr_array_index(self->offers, i - 1);
        if ((domain != NULL && offer->subject.domain != domain) ||
            !g_ptr_array_remove_fast(offer->contexts, (gpointer)context) ||
            offer->contexts->len > 0)
            continue;
        withdraw(offer);
        /* No other process is that one: there is nothing to remember. */
        if (offer->subject.stranger != 0)
            g_ptr_array_remove_index_fast(self->offers, i - 1);
    }
}
