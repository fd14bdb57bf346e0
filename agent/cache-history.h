/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: what happens in it, as the history has it. A part of PfCache; main thread only. */
#pragma once

#include "cache-calls.h"
#include "history.h"

/* CONTEXT's process as entries name it. Borrowed. */
PfHistoryProgram *pf_cache_get_history_program(PfCache *cache, PfProcessContext *context);

/* CONTEXT is logged in to DOMAIN; HOW is the reason of Agent1.GetHistory. */
void pf_cache_record_login(PfCache *cache, PfProcessContext *context, PfLoginDomain *domain,
                           const char *how);

/* The same for an entry that has come into DOMAIN by ADMISSION, if somebody is logged in there and
 * it is not the one who proved the PIN. */
void pf_cache_record_admission(PfCache *cache, PfProcessContext *context, PfLoginDomain *domain,
                               PfAdmission admission);

/* HOW: NULL, or the reason. */
void pf_cache_record_use(PfCache *cache, PfProcessContext *context, const PfLoginDomain *domain,
                         const PfHistoryUse *use, const char *how);

/* CONTEXT was not let use DOMAIN's token. USE may be NULL. */
void pf_cache_record_refusal(PfCache *cache, PfProcessContext *context, const PfLoginDomain *domain,
                             const PfHistoryUse *use, const char *reason);

/* The reason of a refusal by the person, or for want of one. */
const char *pf_cache_get_outcome_name(PfPromptOutcome outcome);

/* The reason of a refusal by a token that shows FLAGS now. */
const char *pf_cache_get_rejection_name(guint64 token_flags);

/* The PIN of DOMAIN was wiped. */
void pf_cache_record_forgotten(PfCache *cache, const PfLoginDomain *domain, const char *reason);

/* Something about TOKEN; EVENT says what REASON means. CONTEXT may be NULL. */
void pf_cache_record_token(PfCache *cache, PfHistoryEvent event, PfProcessContext *context,
                           const char *token, const char *reason);

/* A consent that was given to PROGRAM or taken back; REASON is the name of the decision. */
void pf_cache_record_consent(PfCache *cache, PfHistoryEvent event, PfHistoryProgram *program,
                             const char *token, const char *reason);
