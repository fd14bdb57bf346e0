/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PIN changes: what can be known to be in vain is not sent. */
#include "tokens-change.h"

#include "pin-rules.h"
#include "tokens-opensc.h"

static PfTokensFault
explain_new_pin(PfTokensJob *job, CK_RV rv)
{
    PfTokensFault fault = pf_tokens_job_explain(job, rv);
    switch (rv) {
    case CKR_PIN_LEN_RANGE:
        return PF_TOKENS_FAULT_NEW_LENGTH;
    case CKR_PIN_INVALID:
    case CKR_DATA_INVALID: /* what one backend says of letters in a number */
        return PF_TOKENS_FAULT_NEW_INVALID;
    default:
        return fault;
    }
}

/* Of a call that had both PINs. The length of the old one was looked at before; but that of a PUK
 * could not be. */
static PfTokensFault
explain_both(PfTokensJob *job, CK_RV rv)
{
    const CK_TOKEN_INFO *info = &job->target.info;
    PfTokensFault fault = explain_new_pin(job, rv);
    if (fault != PF_TOKENS_FAULT_NEW_LENGTH)
        return fault;
    return pf_pin_rule_check_typed(pf_secret_get_bytes(job->proof),
                                   pf_secret_get_length(job->proof), info->ulMinPinLen,
                                   info->ulMaxPinLen) == PF_PIN_LENGTH_OK
               ? fault
               : PF_TOKENS_FAULT_LENGTH;
}

static PfTokensFault
set_pin(PfTokensJob *job)
{
    CK_RV rv = job->target.p11->C_SetPIN(job->session, pf_tokens_job_get_bytes(job->proof),
                                         pf_secret_get_length(job->proof),
                                         pf_tokens_job_get_bytes(job->secret),
                                         pf_secret_get_length(job->secret));
    return rv == CKR_OK ? PF_TOKENS_FAULT_NONE : explain_both(job, rv);
}

/* The officer's login ends with the session. */
static PfTokensFault
init_pin(PfTokensJob *job)
{
    PfTokensFault fault = pf_tokens_job_log_in(job, CKU_SO);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    CK_RV rv = job->target.p11->C_InitPIN(job->session, pf_tokens_job_get_bytes(job->secret),
                                          pf_secret_get_length(job->secret));
    return rv == CKR_OK ? PF_TOKENS_FAULT_NONE : explain_new_pin(job, rv);
}

static PfTokensFault
check_secrets(PfTokensJob *job, CK_USER_TYPE user)
{
    PfTokensFault fault = pf_tokens_job_check_proof(job, user);
    return fault != PF_TOKENS_FAULT_NONE ? fault : pf_tokens_job_check_new_pin(job);
}

PfTokensFault
pf_tokens_change_run(PfTokensJob *job)
{
    if ((job->target.info.flags & CKF_USER_PIN_INITIALIZED) == 0)
        return PF_TOKENS_FAULT_NO_PIN;
    PfTokensFault fault = check_secrets(job, CKU_USER);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    fault = set_pin(job);
    if (fault == PF_TOKENS_FAULT_REJECTED)
        pf_tokens_job_add_tries(job);
    return fault;
}

PfTokensFault
pf_tokens_change_run_unblock(PfTokensJob *job)
{
    PfTokensFault fault = check_secrets(job, CKU_SO);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    return pf_tokens_opensc_is_loaded(job->target.p11) ? set_pin(job) : init_pin(job);
}

PfTokensFault
pf_tokens_change_run_init(PfTokensJob *job)
{
    if ((job->target.info.flags & CKF_USER_PIN_INITIALIZED) != 0)
        return PF_TOKENS_FAULT_ALREADY_SET;
    PfTokensFault fault = check_secrets(job, CKU_SO);
    return fault != PF_TOKENS_FAULT_NONE ? fault : init_pin(job);
}
