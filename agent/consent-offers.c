/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentOffers: a short list of open offers by the numbers of their requests. */
#include "consent-offers.h"

#include "cache-error.h"
#include "prompter-calls.h"

/* More notifications than these say nothing to anybody. */
#define OFFERS_MAX 8u

struct PfConsentOffer {
    guint64 request;
    PfDialogDetails *details;
    PfConsentOfferFunc func;
    gpointer user_data;
};

struct PfConsentOffers {
    sd_bus *bus;
    gboolean is_hidden;
    GPtrArray *open; /* of PfConsentOffer; without requests while they are hidden */
};

static void
free_offer(gpointer data)
{
    PfConsentOffer *offer = data;
    pf_dialog_details_free(offer->details);
    g_free(offer);
}

PfConsentOffers *
pf_consent_offers_new(void)
{
    PfConsentOffers *self = g_new0(PfConsentOffers, 1);
    self->open = g_ptr_array_new_with_free_func(free_offer);
    return self;
}

void
pf_consent_offers_free(PfConsentOffers *self)
{
    if (self == NULL)
        return;
    g_ptr_array_unref(self->open);
    sd_bus_unref(self->bus);
    g_free(self);
}

static PfConsentOffer *
find_offer(const PfConsentOffers *self, guint64 request)
{
    for (guint i = 0; i < self->open->len; i++) {
        PfConsentOffer *offer = g_ptr_array_index(self->open, i);
        if (offer->request == request && request != 0)
            return offer;
    }
    return NULL;
}

static void
conclude(PfConsentOffers *self, PfConsentOffer *offer, PfConsentDecision decision)
{
    guint index;
    if (g_ptr_array_find(self->open, offer, &index))
        g_ptr_array_steal_index_fast(self->open, index);
    offer->func(offer, decision, offer->user_data);
    free_offer(offer);
}

void
pf_consent_offers_set_bus(PfConsentOffers *self, sd_bus *bus)
{
    sd_bus_unref(self->bus);
    self->bus = sd_bus_ref(bus);
    while (bus == NULL && self->open->len > 0)
        conclude(self, g_ptr_array_index(self->open, 0), PF_CONSENT_NONE);
}

static void
on_prompter_refused(guint64 request, gpointer user_data)
{
    PfConsentOffers *self = user_data;
    PfConsentOffer *offer = find_offer(self, request);
    if (offer != NULL)
        conclude(self, offer, PF_CONSENT_NONE);
}

static gboolean
show(PfConsentOffers *self, PfConsentOffer *offer)
{
    guint64 request = pf_prompter_draw_request();
    int r = pf_prompter_show(self->bus, 0, request, offer->details, -1, on_prompter_refused, self);
    if (r < 0) {
        g_warning("A login cannot be offered: %s", g_strerror(-r));
        return FALSE;
    }
    offer->request = request;
    return TRUE;
}

static void
hide(PfConsentOffers *self, PfConsentOffer *offer)
{
    pf_prompter_close(self->bus, offer->request, "withdrawn");
    offer->request = 0;
}

void
pf_consent_offers_set_hidden(PfConsentOffers *self, gboolean is_hidden)
{
    self->is_hidden = is_hidden;
    for (guint i = self->open->len; i > 0; i--) {
        PfConsentOffer *offer = g_ptr_array_index(self->open, i - 1);
        if (is_hidden)
            hide(self, offer);
        else if (!show(self, offer))
            conclude(self, offer, PF_CONSENT_NONE);
    }
}

PfConsentOffer *
pf_consent_offers_add(PfConsentOffers *self, PfDialogDetails *details, PfConsentOfferFunc func,
                      gpointer user_data)
{
    g_autoptr(PfDialogDetails) owned = details;
    if (self->bus == NULL || self->open->len >= OFFERS_MAX)
        return NULL;
    PfConsentOffer *offer = g_new0(PfConsentOffer, 1);
    *offer = (PfConsentOffer){0, g_steal_pointer(&owned), func, user_data};
    offer->details->kind = PF_DIALOG_OFFER;
    if (!self->is_hidden && !show(self, offer)) {
        free_offer(offer);
        return NULL;
    }
    g_ptr_array_add(self->open, offer);
    return offer;
}

void
pf_consent_offers_withdraw(PfConsentOffers *self, PfConsentOffer *offer)
{
    if (self->bus != NULL && offer->request != 0)
        pf_prompter_close(self->bus, offer->request, "withdrawn");
    g_ptr_array_remove_fast(self->open, offer);
}

gboolean
pf_consent_offers_has_request(const PfConsentOffers *self, guint64 request)
{
    return find_offer(self, request) != NULL;
}

gboolean
pf_consent_offers_answer(PfConsentOffers *self, guint64 request, PfConsentDecision decision,
                         GError **error)
{
    PfConsentOffer *offer = find_offer(self, request);
    if (offer == NULL) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NO_REQUEST,
                            "No such request is open");
        return FALSE;
    }
    if (!pf_dialog_details_take_decision(offer->details, decision)) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_INVALID_ARGS,
                            "That was not offered");
        return FALSE;
    }
    pf_prompter_close(self->bus, request, "accepted");
    conclude(self, offer, decision);
    return TRUE;
}

void
pf_consent_offers_dismiss(PfConsentOffers *self, guint64 request)
{
    PfConsentOffer *offer = find_offer(self, request);
    if (offer != NULL)
        conclude(self, offer, PF_CONSENT_NONE);
}
