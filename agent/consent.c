/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsent: one decision, and for whom it counts. */
#include "consent.h"

#include <string.h>

#include "token-uri.h"

static const char *const decision_names[] = {
    [PF_CONSENT_NONE] = "none",     [PF_CONSENT_ONCE] = "once",   [PF_CONSENT_SESSION] = "session",
    [PF_CONSENT_ALWAYS] = "always", [PF_CONSENT_NEVER] = "never",
};

const char *
pf_consent_decision_get_name(PfConsentDecision decision)
{
    return decision_names[decision];
}

PfConsentDecision
pf_consent_decision_from_name(const char *name)
{
    for (gsize i = PF_CONSENT_ONCE; i < G_N_ELEMENTS(decision_names); i++) {
        if (strcmp(decision_names[i], name) == 0)
            return (PfConsentDecision)i;
    }
    return PF_CONSENT_NONE;
}

PfConsent *
pf_consent_new(PfConsentDecision decision, const PfProgramKey *program, const char *token_uri,
               const char *scope)
{
    PfTokenId token;
    if (!pf_token_uri_parse(token_uri, &token))
        return NULL;
    PfConsent *consent = g_new0(PfConsent, 1);
    consent->decision = decision;
    consent->program = pf_program_key_dup(program);
    consent->program_name = g_strdup("");
    consent->program_icon = g_strdup("");
    consent->token_uri = g_strdup(token_uri);
    consent->token = token;
    consent->scope = g_strdup(scope);
    consent->since = g_get_real_time() / G_USEC_PER_SEC;
    return consent;
}

void
pf_consent_free(PfConsent *consent)
{
    if (consent == NULL)
        return;
    g_free(consent->id);
    pf_program_key_free(consent->program);
    g_free(consent->program_name);
    g_free(consent->program_icon);
    g_free(consent->token_uri);
    g_free(consent->scope);
    g_free(consent->group);
    g_free(consent);
}

static gboolean
is_same_token(const PfTokenId *a, const PfTokenId *b)
{
    return memcmp(a->manufacturer, b->manufacturer, sizeof a->manufacturer) == 0 &&
           memcmp(a->model, b->model, sizeof a->model) == 0 &&
           memcmp(a->serial, b->serial, sizeof a->serial) == 0;
}

gboolean
pf_consent_is_about(const PfConsent *consent, const PfProgramKey *program, const PfTokenId *token,
                    const char *scope)
{
    return strcmp(consent->scope, scope) == 0 && is_same_token(&consent->token, token) &&
           pf_program_key_has_same_names(consent->program, program);
}

gboolean
pf_consent_counts_for(const PfConsent *consent, const PfProgramKey *program)
{
    switch (consent->decision) {
    case PF_CONSENT_NEVER:
        return TRUE;
    case PF_CONSENT_SESSION:
        return pf_program_key_is_equal(consent->program, program) ||
               pf_program_key_may_remember(program);
    case PF_CONSENT_ALWAYS:
        return pf_program_key_may_remember(program);
    case PF_CONSENT_NONE:
    case PF_CONSENT_ONCE:
        break;
    }
    return FALSE;
}
