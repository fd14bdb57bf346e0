/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Software tokens: made in the slot that SoftHSM keeps free for the next one. */
#include "tokens-create.h"

#include <string.h>

#include "pin-rules.h"
#include "token-id.h"
#include "tokens-field.h"
#include "tokens-softhsm.h"

/* Calls SEE for each token until it returns TRUE, and returns whether one did. */
static gboolean
find_token(CK_FUNCTION_LIST *p11, gboolean (*see)(const CK_TOKEN_INFO *, gconstpointer),
           gconstpointer data, CK_SLOT_ID *ret_slot, CK_TOKEN_INFO *ret_info)
{
    CK_TOKEN_INFO info = {0};
    CK_RV rv;
    g_autoptr(GArray) slots = pf_tokens_target_list_slots(p11, &rv);
    for (guint i = 0; i < slots->len; i++) {
        CK_SLOT_ID slot = g_array_index(slots, CK_SLOT_ID, i);
        if (p11->C_GetTokenInfo(slot, &info) != CKR_OK || !see(&info, data))
            continue;
        *ret_slot = slot;
        *ret_info = info;
        return TRUE;
    }
    return FALSE;
}

static gboolean
is_free(const CK_TOKEN_INFO *info, gconstpointer data)
{
    return (info->flags & CKF_TOKEN_INITIALIZED) == 0;
}

static gboolean
has_label(const CK_TOKEN_INFO *info, gconstpointer data)
{
    return (info->flags & CKF_TOKEN_INITIALIZED) != 0 &&
           memcmp(info->label, data, sizeof info->label) == 0;
}

/* Padded as PKCS#11 wants it. */
static gboolean
read_label(const char *text, CK_UTF8CHAR label[32])
{
    gsize len = strlen(text);
    if (len == 0 || len > 32 || !g_utf8_validate(text, -1, NULL))
        return FALSE;
    memset(label, ' ', 32);
    memcpy(label, text, len); // NOLINT(bugprone-not-null-terminated-result): as PKCS#11 wants it
    return TRUE;
}

static PfTokensFault
check_pins(PfTokensJob *job)
{
    const CK_TOKEN_INFO *info = &job->target.info;
    PfTokensFault fault = pf_tokens_job_check_new_pin(job);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    if (job->proof == NULL)
        return PF_TOKENS_FAULT_NO_PIN_GIVEN;
    return pf_pin_rule_check_typed(pf_secret_get_bytes(job->proof),
                                   pf_secret_get_length(job->proof), info->ulMinPinLen,
                                   info->ulMaxPinLen) == PF_PIN_LENGTH_OK
               ? PF_TOKENS_FAULT_NONE
               : PF_TOKENS_FAULT_LENGTH;
}

static PfTokensFault
set_user_pin(PfTokensJob *job)
{
    CK_FUNCTION_LIST *p11 = job->target.p11;
    CK_RV rv = p11->C_OpenSession(job->target.slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
                                  &job->session);
    if (rv != CKR_OK)
        return pf_tokens_job_explain(job, rv);
    PfTokensFault fault = pf_tokens_job_log_in(job, CKU_SO);
    if (fault == PF_TOKENS_FAULT_NONE) {
        rv = p11->C_InitPIN(job->session, pf_tokens_job_get_bytes(job->secret),
                            pf_secret_get_length(job->secret));
        if (rv != CKR_OK)
            fault = pf_tokens_job_explain(job, rv);
    }
    p11->C_CloseSession(job->session);
    return fault;
}

/* The new token is in another slot than the free one was. */
static PfTokensFault
complete_token(PfTokensJob *job, const CK_UTF8CHAR *label)
{
    PfTokenId id;
    char uri[PF_TOKEN_URI_SIZE];
    if (!find_token(job->target.p11, has_label, label, &job->target.slot, &job->target.info))
        return PF_TOKENS_FAULT_GONE;
    PfTokensFault fault = set_user_pin(job);
    if (fault != PF_TOKENS_FAULT_NONE) {
        pf_tokens_softhsm_delete(&job->target);
        return fault;
    }
    pf_token_id_from_info(&id, &job->target.info);
    pf_token_id_format(&id, uri);
    json_object_set_string_member(job->answer, "uri", uri);
    return PF_TOKENS_FAULT_NONE;
}

PfTokensFault
pf_tokens_create_run(PfTokensJob *job)
{
    CK_FUNCTION_LIST *p11 = job->target.p11;
    CK_UTF8CHAR label[32];
    if (!pf_tokens_softhsm_is_loaded(p11))
        return PF_TOKENS_FAULT_UNSUPPORTED;
    if (!read_label(job->target.uri, label))
        return PF_TOKENS_FAULT_BAD_LABEL;
    if (find_token(p11, has_label, label, &job->target.slot, &job->target.info))
        return PF_TOKENS_FAULT_EXISTS;
    if (!find_token(p11, is_free, NULL, &job->target.slot, &job->target.info))
        return PF_TOKENS_FAULT_FULL;
    PfTokensFault fault = check_pins(job);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    CK_RV rv = p11->C_InitToken(job->target.slot, pf_tokens_job_get_bytes(job->proof),
                                pf_secret_get_length(job->proof), label);
    return rv == CKR_OK ? complete_token(job, label) : pf_tokens_job_explain(job, rv);
}

PfTokensFault
pf_tokens_create_run_delete(PfTokensJob *job)
{
    CK_FUNCTION_LIST *p11 = job->target.p11;
    if (!pf_tokens_softhsm_is_loaded(p11) || pf_tokens_target_is_hardware(&job->target))
        return PF_TOKENS_FAULT_UNSUPPORTED;
    PfTokensFault fault = pf_tokens_softhsm_delete(&job->target);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    /* What it knew of its files is not looked at again before its next start. */
    p11->C_Finalize(NULL);
    if (p11->C_Initialize(NULL) != CKR_OK)
        return PF_TOKENS_FAULT_NOT_INITIALISED;
    return pf_tokens_target_find(&job->target) == PF_TOKENS_FAULT_GONE ? PF_TOKENS_FAULT_NONE
                                                                       : PF_TOKENS_FAULT_FAILED;
}
