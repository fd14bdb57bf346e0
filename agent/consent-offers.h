/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentOffers: questions about consent that wait, beside the dialogs, for the person to want to
 * answer them. Nobody waits for the answer. Main thread only. */
#pragma once

#include <systemd/sd-bus.h>

#include "dialog-details.h"

typedef struct PfConsentOffers PfConsentOffers;
typedef struct PfConsentOffer PfConsentOffer;

/* OFFER is over: with the person's decision, or with PF_CONSENT_NONE when it was dismissed or the
 * prompter is gone. Called once, not from within pf_consent_offers_add(); the offer is freed
 * afterwards. Not called for an offer that is withdrawn. */
typedef void (*PfConsentOfferFunc)(PfConsentOffer *offer, PfConsentDecision decision,
                                   gpointer user_data);

PfConsentOffers *pf_consent_offers_new(void);

/* Withdraws all. NULL is fine. */
void pf_consent_offers_free(PfConsentOffers *offers);

/* The prompter's connection from now on; NULL: it is gone, and every offer with it. */
void pf_consent_offers_set_bus(PfConsentOffers *offers, sd_bus *bus);

/* While they are hidden none is shown; they come again afterwards. */
void pf_consent_offers_set_hidden(PfConsentOffers *offers, gboolean is_hidden);

/* Takes DETAILS. NULL when there is no prompter, or there are too many offers already: then the
 * person is asked when the program logs in. The offer is borrowed. */
PfConsentOffer *pf_consent_offers_add(PfConsentOffers *offers, PfDialogDetails *details,
                                      PfConsentOfferFunc func, gpointer user_data);
void pf_consent_offers_withdraw(PfConsentOffers *offers, PfConsentOffer *offer);

gboolean pf_consent_offers_has_request(const PfConsentOffers *offers, guint64 request);

/* AnswerConsent and CancelPrompt for an offer. The caller has checked who says it. */
gboolean pf_consent_offers_answer(PfConsentOffers *offers, guint64 request,
                                  PfConsentDecision decision, GError **error);
void pf_consent_offers_dismiss(PfConsentOffers *offers, guint64 request);
