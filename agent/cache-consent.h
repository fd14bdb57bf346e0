/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheConsent: when a person is asked whether a program may use a login that it did not make,
 * and what the answer does (DESIGN 5). A part of PfCache; main thread only. */
#pragma once

#include "cache-calls.h"
#include "consent-store.h"
#include "pin-lease.h"

typedef struct PfCacheConsent PfCacheConsent;

/* Takes part in the decisions of CACHE from now on. Keeps a reference to STORE. */
PfCacheConsent *pf_cache_consent_new(PfCache *cache, PfConsentStore *store);

/* Withdraws what is still asked. NULL is fine. */
void pf_cache_consent_free(PfCacheConsent *consent);

/* REQUEST wants the dialog of DETAILS, and is for a login. If its ID is logged in but closed to its
 * program, takes both over and returns TRUE: the person is asked about that first, or there is
 * nothing to ask any more and the request is answered. */
gboolean pf_cache_consent_take_prompt(PfCacheConsent *consent, PfLeaseRequest *request,
                                      PfDialogDetails *details);

/* REQUEST is about to be freed: nobody waits for the answer by it. */
void pf_cache_consent_drop_request(PfCacheConsent *consent, const PfLeaseRequest *request);
