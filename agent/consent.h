/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsent: what a person has decided about one program, one token and one application ID
 * (DESIGN 5). */
#pragma once

#include "program-key.h"
#include "token-id.h"

typedef enum {
    PF_CONSENT_NONE,    /* not decided */
    PF_CONSENT_ONCE,    /* for this login; kept nowhere */
    PF_CONSENT_SESSION, /* until the agent ends */
    PF_CONSENT_ALWAYS,
    PF_CONSENT_NEVER,
} PfConsentDecision;

/* The name on the wire; what is none is PF_CONSENT_NONE. */
const char *pf_consent_decision_get_name(PfConsentDecision decision);
PfConsentDecision pf_consent_decision_from_name(const char *name);

/* The scope of everybody who is in no group and names no ID: its ID is another one at each start.
 */
#define PF_CONSENT_SCOPE_DEFAULT "default"

typedef struct {
    char *id; /* for revocation; made by the store */
    PfConsentDecision decision;
    PfProgramKey *program;
    char *program_name; /* as it was shown; "" for none, as the icon */
    char *program_icon;
    char *token_uri;
    PfTokenId token;
    char *scope; /* "H:L", or PF_CONSENT_SCOPE_DEFAULT */
    char *group; /* what the person calls that ID, or NULL */
    gint64 since;
} PfConsent;

/* Everything is copied. NULL when TOKEN_URI is none. */
PfConsent *pf_consent_new(PfConsentDecision decision, const PfProgramKey *program,
                          const char *token_uri, const char *scope);

/* NULL is fine. */
void pf_consent_free(PfConsent *consent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfConsent, pf_consent_free)

/* Is it about these? A token is known by all but its label, which its owner can change. */
gboolean pf_consent_is_about(const PfConsent *consent, const PfProgramKey *program,
                             const PfTokenId *token, const char *scope);

/* Does what was decided count for PROGRAM as it is now? A yes for ever only while nobody but root
 * can replace the program; one for the session for the same files, or likewise. */
gboolean pf_consent_counts_for(const PfConsent *consent, const PfProgramKey *program);
