/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensJob: finds the token, opens a session, and says what came of it. */
#include "tokens-job.h"

#include "pin-rules.h"
#include "token-flags.h"
#include "tokens-field.h"
#include "tokens-progress.h"
#include "tokens-tries.h"

/* One line for each answer that a person can do something about. */
static const struct {
    CK_RV rv;
    PfTokensFault fault;
} faults[] = {
    {CKR_PIN_INCORRECT, PF_TOKENS_FAULT_REJECTED},
    {CKR_PIN_LOCKED, PF_TOKENS_FAULT_LOCKED},
    {CKR_PIN_LEN_RANGE, PF_TOKENS_FAULT_LENGTH},
    {CKR_PIN_INVALID, PF_TOKENS_FAULT_INVALID},
    {CKR_PIN_EXPIRED, PF_TOKENS_FAULT_EXPIRED},
    {CKR_USER_PIN_NOT_INITIALIZED, PF_TOKENS_FAULT_NO_PIN},
    {CKR_TOKEN_NOT_PRESENT, PF_TOKENS_FAULT_GONE},
    {CKR_TOKEN_NOT_RECOGNIZED, PF_TOKENS_FAULT_GONE},
    {CKR_DEVICE_REMOVED, PF_TOKENS_FAULT_GONE},
    {CKR_SLOT_ID_INVALID, PF_TOKENS_FAULT_GONE},
    {CKR_SESSION_HANDLE_INVALID, PF_TOKENS_FAULT_GONE},
    {CKR_TOKEN_WRITE_PROTECTED, PF_TOKENS_FAULT_READ_ONLY},
    {CKR_SESSION_READ_ONLY, PF_TOKENS_FAULT_READ_ONLY},
    {CKR_ACTION_PROHIBITED, PF_TOKENS_FAULT_READ_ONLY},
    {CKR_DEVICE_MEMORY, PF_TOKENS_FAULT_FULL},
    {CKR_FUNCTION_NOT_SUPPORTED, PF_TOKENS_FAULT_UNSUPPORTED},
    {CKR_USER_TYPE_INVALID, PF_TOKENS_FAULT_UNSUPPORTED},
    {CKR_FUNCTION_CANCELED, PF_TOKENS_FAULT_CANCELED},
    {CKR_SESSION_EXISTS, PF_TOKENS_FAULT_BUSY},
    {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, PF_TOKENS_FAULT_BUSY},
};

PfTokensFault
pf_tokens_job_explain(PfTokensJob *job, CK_RV rv)
{
    json_object_set_int_member(job->answer, "rv", (gint64)rv);
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        if (faults[i].rv == rv)
            return faults[i].fault;
    }
    return PF_TOKENS_FAULT_FAILED;
}

PfTokensFault
pf_tokens_job_explain_key(PfTokensJob *job, CK_RV rv)
{
    PfTokensFault fault = pf_tokens_job_explain(job, rv);
    switch (rv) {
    case CKR_ATTRIBUTE_TYPE_INVALID:
    case CKR_ATTRIBUTE_VALUE_INVALID:
    case CKR_CURVE_NOT_SUPPORTED:
    case CKR_DOMAIN_PARAMS_INVALID:
    case CKR_KEY_SIZE_RANGE:
    case CKR_MECHANISM_INVALID:
    case CKR_MECHANISM_PARAM_INVALID:
    case CKR_TEMPLATE_INCOMPLETE:
    case CKR_TEMPLATE_INCONSISTENT:
        return PF_TOKENS_FAULT_UNSUPPORTED_KEY;
    default:
        return fault;
    }
}

PfTokensFault
pf_tokens_job_check_proof(PfTokensJob *job, CK_USER_TYPE user)
{
    const CK_TOKEN_INFO *info = &job->target.info;
    CK_FLAGS blocked = user == CKU_SO ? CKF_SO_PIN_LOCKED : CKF_USER_PIN_LOCKED;
    /* Once more: to read a file can take as long as to swap a card. */
    PfTokensFault fault = pf_tokens_target_find(&job->target);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    if (pf_tokens_target_has_keypad(&job->target))
        return PF_TOKENS_FAULT_KEYPAD;
    if ((info->flags & blocked) != 0)
        return PF_TOKENS_FAULT_LOCKED;
    if (job->proof == NULL)
        return PF_TOKENS_FAULT_NO_PIN_GIVEN;
    /* Not the least length: a card can be delivered with a PIN that is shorter. A PUK's are not
     * known at all. */
    return pf_pin_rule_check_typed(pf_secret_get_bytes(job->proof),
                                   pf_secret_get_length(job->proof), 0,
                                   user == CKU_SO ? 0 : info->ulMaxPinLen) == PF_PIN_LENGTH_OK
               ? PF_TOKENS_FAULT_NONE
               : PF_TOKENS_FAULT_LENGTH;
}

PfTokensFault
pf_tokens_job_check_new_pin(PfTokensJob *job)
{
    if (job->secret == NULL)
        return PF_TOKENS_FAULT_NO_PIN_GIVEN;
    switch (pf_pin_rule_check_typed(pf_secret_get_bytes(job->secret),
                                    pf_secret_get_length(job->secret), job->target.info.ulMinPinLen,
                                    job->target.info.ulMaxPinLen)) {
    case PF_PIN_LENGTH_OK:
        return PF_TOKENS_FAULT_NONE;
    case PF_PIN_LENGTH_HAS_NUL:
        return PF_TOKENS_FAULT_NEW_INVALID;
    default:
        return PF_TOKENS_FAULT_NEW_LENGTH;
    }
}

static void
set_flags(PfTokensJob *job)
{
    JsonArray *array = json_array_new();
    g_auto(GStrv) names = pf_token_flags_to_names(job->target.info.flags);
    for (char **name = names; *name != NULL; name++)
        json_array_add_string_element(array, *name);
    json_object_set_array_member(job->answer, "flags", array);
}

CK_UTF8CHAR_PTR
pf_tokens_job_get_bytes(const PfSecret *secret)
{
    return (CK_UTF8CHAR_PTR)pf_secret_get_bytes(secret);
}

PfTokensFault
pf_tokens_job_log_in(PfTokensJob *job, CK_USER_TYPE user)
{
    CK_RV rv = job->target.p11->C_Login(job->session, user, pf_tokens_job_get_bytes(job->proof),
                                        pf_secret_get_length(job->proof));
    return rv == CKR_OK ? PF_TOKENS_FAULT_NONE : pf_tokens_job_explain(job, rv);
}

void
pf_tokens_job_add_tries(PfTokensJob *job)
{
    const CK_SLOT_INFO *slot = &job->target.slot_info;
    g_autofree char *description =
        pf_tokens_field_dup(slot->slotDescription, sizeof slot->slotDescription);
    int tries = pf_tokens_target_is_hardware(&job->target)
                    ? pf_tokens_tries_get_in_slot(description)
                    : PF_TOKENS_TRIES_UNKNOWN;
    if (tries == PF_TOKENS_TRIES_UNKNOWN)
        json_object_set_null_member(job->answer, "tries");
    else
        json_object_set_int_member(job->answer, "tries", tries);
}

PfTokensFault
pf_tokens_job_log_in_user(PfTokensJob *job)
{
    PfTokensFault fault;
    if ((job->target.info.flags & CKF_LOGIN_REQUIRED) == 0)
        return PF_TOKENS_FAULT_NONE;
    if ((job->target.info.flags & CKF_USER_PIN_INITIALIZED) == 0)
        return PF_TOKENS_FAULT_NO_PIN;
    fault = pf_tokens_job_check_proof(job, CKU_USER);
    if (fault == PF_TOKENS_FAULT_NONE && pf_tokens_progress_is_stopped(job->progress_fd))
        fault = PF_TOKENS_FAULT_STOPPED;
    pf_tokens_progress_tell(job->progress_fd, PF_TOKENS_STEP_LOGIN, 0, 0);
    if (fault == PF_TOKENS_FAULT_NONE)
        fault = pf_tokens_job_log_in(job, CKU_USER);
    if (fault == PF_TOKENS_FAULT_REJECTED)
        pf_tokens_job_add_tries(job);
    return fault;
}

static PfTokensFault
run_in_session(PfTokensJob *job, const PfTokensVerb *verb)
{
    CK_FLAGS flags =
        CKF_SERIAL_SESSION | (verb->access == PF_TOKENS_ACCESS_WRITE ? CKF_RW_SESSION : 0);
    CK_FUNCTION_LIST *p11 = job->target.p11;
    CK_RV rv = p11->C_OpenSession(job->target.slot, flags, NULL, NULL, &job->session);
    if (rv != CKR_OK)
        return pf_tokens_job_explain(job, rv);
    PfTokensFault fault = verb->run(job);
    if (pf_tokens_target_find(&job->target) == PF_TOKENS_FAULT_NONE)
        set_flags(job);
    p11->C_CloseSession(job->session);
    return fault;
}

static PfTokensFault
run_verb(PfTokensJob *job, const PfTokensVerb *verb, const PfTokensInput *input)
{
    CK_FUNCTION_LIST *p11;
    if (verb->prepare != NULL)
        verb->prepare();
    PfTokensFault fault = pf_tokens_target_start(input->path, &p11);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    job->target = (PfTokensTarget){.p11 = p11, .uri = input->token_uri};
    if (verb->access == PF_TOKENS_ACCESS_BACKEND)
        return verb->run(job);
    fault = pf_tokens_target_find(&job->target);
    return fault != PF_TOKENS_FAULT_NONE ? fault : run_in_session(job, verb);
}

JsonNode *
pf_tokens_job_run(const PfTokensVerb *verb, const PfTokensInput *input)
{
    PfTokensJob job = {
        .proof = input->proof,
        .secret = input->secret,
        .file_fd = input->file_fd,
        .progress_fd = input->progress_fd,
        .arguments = input->arguments,
        .answer = json_object_new(),
    };
    PfTokensFault fault = run_verb(&job, verb, input);
    json_object_set_boolean_member(job.answer, "ok", fault == PF_TOKENS_FAULT_NONE);
    if (fault != PF_TOKENS_FAULT_NONE)
        json_object_set_string_member(job.answer, "fault", pf_tokens_fault_get_word(fault));
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(root, job.answer);
    return root;
}
