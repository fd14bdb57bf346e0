/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The agent's offers (Prompter1.OfferConsent): notifications, and the dialog a person asks for. */
#pragma once

#include <gtk/gtk.h>

#include "pin-request.h"
#include "prompter-bus.h"

#define PF_TYPE_CONSENT_OFFERS (pf_consent_offers_get_type())
G_DECLARE_FINAL_TYPE(PfConsentOffers, pf_consent_offers, PF, CONSENT_OFFERS, GObject)

/* Notifies by APPLICATION and answers on BUS; owns neither, both outlive it. The caller owns the
 * offers. Main thread. */
PfConsentOffers *pf_consent_offers_new(GtkApplication *application, PfPrompterBus *bus);

/* A new offer; takes REQUEST. */
void pf_consent_offers_add(PfConsentOffers *self, PfPinRequest *request);

/* Withdraws an offer with its notification and dialog. FALSE: there is none of that number. */
gboolean pf_consent_offers_remove(PfConsentOffers *self, guint64 number);

/* Withdraws all. */
void pf_consent_offers_clear(PfConsentOffers *self);

/* The person wants to decide: opens the dialog of that offer, which is on its own beside one of the
 * agent's. FALSE: the offer is gone. */
gboolean pf_consent_offers_decide(PfConsentOffers *self, guint64 number);

/* PfOfferItem, oldest first. Borrowed. */
GListModel *pf_consent_offers_get_list(PfConsentOffers *self);
