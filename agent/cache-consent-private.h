/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the parts of PfCacheConsent share: cache-consent.c (decisions), cache-questions.c (dialogs
 * that calls wait for), cache-offers.c (offers that nobody waits for). */
#pragma once

#include "cache-consent.h"
#include "cache-private.h"

struct PfCacheConsent {
    PfCache *cache; /* borrowed */
    PfConsentStore *store;
    GArray *grants;       /* of decisions for one login */
    GPtrArray *questions; /* open ones */
    GPtrArray *offers;    /* that were made in logins that last */
};

/* What a question is about: one program and one login. The answer is for nothing else. */
typedef struct {
    PfProgramKey *program;
    guint64 stranger;      /* number of the context, of a program that is not known or acts for
                              others: then it is about this process alone; else 0 */
    PfLoginDomain *domain; /* owned reference */
    guint64 serial;        /* of the login */
} PfConsentSubject;

void pf_cache_consent_init_subject(PfConsentSubject *subject, PfProcessContext *context,
                                   PfLoginDomain *domain);
void pf_cache_consent_copy_subject(const PfConsentSubject *subject, PfConsentSubject *copy);
void pf_cache_consent_clear_subject(PfConsentSubject *subject);
gboolean pf_cache_consent_is_same_subject(const PfConsentSubject *a, const PfConsentSubject *b);

/* What was decided about CONTEXT's program and DOMAIN's token and ID. Borrowed; NULL: nothing. */
const PfConsent *pf_cache_consent_find(PfCacheConsent *self, PfProcessContext *context,
                                       const PfLoginDomain *domain);

/* Adds to DETAILS what a question about SUBJECT shows. */
void pf_cache_consent_describe(PfCacheConsent *self, PfDialogDetails *details,
                               const PfConsentSubject *subject);

/* The person's DECISION on SUBJECT: kept as it says; for one login it is for CONTEXTS alone. Who is
 * let in by it is in when the function returns, if the login is still that one. */
void pf_cache_consent_apply(PfCacheConsent *self, const PfConsentSubject *subject,
                            PfConsentDecision decision, const GPtrArray *contexts);

/* Questions (cache-questions.c) */
void pf_cache_consent_free_question(gpointer question);
gboolean pf_cache_consent_is_asked(PfCacheConsent *self, const PfConsentSubject *subject);

/* The login of DOMAIN is over: whoever waits is asked for the PIN. */
void pf_cache_consent_end_questions(PfCacheConsent *self, const PfLoginDomain *domain);

/* Offers (cache-offers.c) */
void pf_cache_consent_free_offer(gpointer offer);
void pf_cache_consent_make_offer(PfCacheConsent *self, PfProcessContext *context,
                                 PfLoginDomain *closed);

/* SUBJECT is asked about otherwise, or answered. */
void pf_cache_consent_withdraw_offer(PfCacheConsent *self, const PfConsentSubject *subject);

/* The login of DOMAIN is over: a new one may be offered again. */
void pf_cache_consent_end_offers(PfCacheConsent *self, const PfLoginDomain *domain);

/* CONTEXT needs DOMAIN (NULL: any) no more. */
void pf_cache_consent_leave_offers(PfCacheConsent *self, const PfProcessContext *context,
                                   const PfLoginDomain *domain);
