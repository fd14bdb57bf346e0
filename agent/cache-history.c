/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: facts for the history, made of contexts and domains. */
#include "cache-history.h"

#include "cache-private.h"

PfHistory *
pf_cache_get_history(PfCache *self)
{
    return self->history;
}

void
pf_cache_record_setting(PfCache *self, const char *name, const char *value)
{
    PfHistoryFact fact = {.event = PF_HISTORY_SETTING,
                          .setting = name,
                          .value = g_intern_string(value)};
    pf_history_add(self->history, &fact);
}

PfHistoryProgram *
pf_cache_get_history_program(PfCache *self, PfProcessContext *context)
{
    const PfPeerIdentity *identity = context->identity;
    if (context->history_program == NULL)
        context->history_program =
            pf_history_program_new(self->history, identity->pid, identity->exe, identity->sandbox);
    return context->history_program;
}

static PfHistoryFact
make_fact(PfCache *self, PfHistoryEvent event, PfProcessContext *context,
          const PfLoginDomain *domain)
{
    return (PfHistoryFact){
        .event = event,
        .program = context != NULL ? pf_cache_get_history_program(self, context) : NULL,
        .token_uri = domain->token,
        .has_app_id = TRUE,
        .app_id = domain->app_id,
    };
}

void
pf_cache_record_login(PfCache *self, PfProcessContext *context, PfLoginDomain *domain,
                      const char *how)
{
    PfHistoryFact fact = make_fact(self, PF_HISTORY_LOGIN, context, domain);
    fact.reason = how;
    pf_history_add(self->history, &fact);
}

void
pf_cache_record_admission(PfCache *self, PfProcessContext *context, PfLoginDomain *domain,
                          PfAdmission admission)
{
    if (domain->state == PF_LOGIN_PUBLIC)
        return;
    if (admission == PF_ADMISSION_RULE)
        pf_cache_record_login(self, context, domain, "rule");
    else if (admission == PF_ADMISSION_CONSENT)
        pf_cache_record_login(self, context, domain, "consent");
}

void
pf_cache_record_use(PfCache *self, PfProcessContext *context, const PfLoginDomain *domain,
                    const PfHistoryUse *use, const char *how)
{
    PfHistoryFact fact = make_fact(self, PF_HISTORY_USE, context, domain);
    fact.operation = use->operation;
    fact.key_label = use->key_label;
    fact.reason = how;
    pf_history_add(self->history, &fact);
}

void
pf_cache_record_refusal(PfCache *self, PfProcessContext *context, const PfLoginDomain *domain,
                        const PfHistoryUse *use, const char *reason)
{
    PfHistoryFact fact = make_fact(self, PF_HISTORY_REFUSED, context, domain);
    fact.operation = use != NULL ? use->operation : NULL;
    fact.key_label = use != NULL ? use->key_label : NULL;
    fact.reason = reason;
    pf_history_add(self->history, &fact);
}

const char *
pf_cache_get_outcome_name(PfPromptOutcome outcome)
{
    switch (outcome) {
    case PF_PROMPT_CANCELED:
        return "canceled";
    case PF_PROMPT_TIMED_OUT:
        return "timed-out";
    case PF_PROMPT_UNAVAILABLE:
        return "no-prompter";
    case PF_PROMPT_ANSWERED:
        break;
    }
    return NULL;
}

const char *
pf_cache_get_rejection_name(guint64 token_flags)
{
    return (token_flags & CKF_USER_PIN_LOCKED) != 0 ? "locked" : "rejected";
}

void
pf_cache_record_forgotten(PfCache *self, const PfLoginDomain *domain, const char *reason)
{
    PfHistoryFact fact = make_fact(self, PF_HISTORY_FORGOTTEN, NULL, domain);
    fact.program = domain->program;
    fact.reason = reason;
    pf_history_add(self->history, &fact);
}

void
pf_cache_record_token(PfCache *self, PfHistoryEvent event, PfProcessContext *context,
                      const char *token, const char *reason)
{
    PfHistoryFact fact = {
        .event = event,
        .program = context != NULL ? pf_cache_get_history_program(self, context) : NULL,
        .token_uri = token,
        .reason = reason,
    };
    pf_history_add(self->history, &fact);
}

void
pf_cache_record_consent(PfCache *self, PfHistoryEvent event, PfHistoryProgram *program,
                        const char *token, const char *reason)
{
    PfHistoryFact fact = {.event = event, .program = program, .token_uri = token, .reason = reason};
    pf_history_add(self->history, &fact);
}
