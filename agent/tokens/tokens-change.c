/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PIN changes: what can be known to be in vain is not sent. */
#include "tokens-change.h"

/* A page is read only; PKCS#11 takes what it does not change by plain pointers. */
static CK_UTF8CHAR_PTR
get_bytes(const PfSecret *secret)
{
    return (CK_UTF8CHAR_PTR)pf_secret_get_bytes(secret);
}

/* The old PIN's length was looked at before, so that these answers are about the new one. */
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

PfTokensFault
pf_tokens_change_run(PfTokensJob *job)
{
    if ((job->target.info.flags & CKF_USER_PIN_INITIALIZED) == 0)
        return PF_TOKENS_FAULT_NO_PIN;
    PfTokensFault fault = pf_tokens_job_check_proof(job, CKF_USER_PIN_LOCKED);
    if (fault == PF_TOKENS_FAULT_NONE)
        fault = pf_tokens_job_check_new_pin(job);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    CK_RV rv = job->target.p11->C_SetPIN(job->session, get_bytes(job->proof),
                                         pf_secret_get_length(job->proof), get_bytes(job->secret),
                                         pf_secret_get_length(job->secret));
    return rv == CKR_OK ? PF_TOKENS_FAULT_NONE : explain_new_pin(job, rv);
}
