/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensMeasure: login, logout, and what still works; each question in a function of its own. */
#include "tokens-measure.h"

#include "pin-rules.h"
#include "tokens-field.h"
#include "tokens-key.h"
#include "tokens-object.h"
#include "tokens-target.h"
#include "tokens-tries.h"

#define FIELD_MAX 256u

/* By which an object is found again, as far as the token gives it. */
typedef struct {
    CK_OBJECT_HANDLE handle;
    CK_OBJECT_CLASS class;
    CK_BYTE id[FIELD_MAX];
    CK_BYTE label[FIELD_MAX];
    CK_ATTRIBUTE identity[3];
} KnownObject;

typedef struct {
    CK_FUNCTION_LIST *p11;
    const PfSecret *pin;
    PfTokensTarget token;
    CK_SESSION_HANDLE session;
    CK_SESSION_HANDLE second; /* in which an operation is left open over the logout */
    PfTokensKey key;          /* works when logged in, or its handle is CK_INVALID_HANDLE */
    gboolean is_begun;
    gboolean is_in_again; /* the second login was taken */
    KnownObject object;   /* the key, or another private object */
    PfTokensMeasure *result;
} Run;

static PfTokensAnswer
to_answer(gboolean yes)
{
    return yes ? PF_TOKENS_MEASURE_YES : PF_TOKENS_MEASURE_NO;
}

/* Once more before each presentation: the card may have been swapped, its tries used up. */
static PfTokensFault
check_token(Run *run)
{
    PfTokensFault fault = pf_tokens_target_find(&run->token);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    CK_FLAGS flags = run->token.info.flags;
    if (pf_tokens_target_has_keypad(&run->token))
        return PF_TOKENS_FAULT_KEYPAD;
    if ((flags & CKF_USER_PIN_INITIALIZED) == 0)
        return PF_TOKENS_FAULT_NO_PIN;
    if (!pf_pin_rule_may_present_cached(flags))
        return PF_TOKENS_FAULT_AT_RISK;
    return PF_TOKENS_FAULT_NONE;
}

static PfTokensFault
log_in(Run *run, CK_RV *ret_rv)
{
    PfTokensFault fault = check_token(run);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    run->result->logins++;
    *ret_rv =
        run->p11->C_Login(run->session, CKU_USER, (CK_UTF8CHAR_PTR)pf_secret_get_bytes(run->pin),
                          pf_secret_get_length(run->pin));
    return PF_TOKENS_FAULT_NONE;
}

static gboolean
has_private(Run *run, gboolean *ret_has)
{
    CK_OBJECT_HANDLE handles[PF_TOKENS_KEY_OBJECTS_MAX];
    CK_ULONG count = 0;
    if (pf_tokens_key_find_private(run->p11, run->session, handles, &count) != CKR_OK)
        return FALSE;
    *ret_has = count > 0;
    return TRUE;
}

static PfTokensAnswer
are_hidden(Run *run)
{
    gboolean has = FALSE;
    return has_private(run, &has) ? to_answer(!has) : PF_TOKENS_MEASURE_UNKNOWN;
}

static void
remember_object(Run *run, CK_OBJECT_HANDLE handle)
{
    KnownObject *object = &run->object;
    object->handle = handle;
    object->identity[0] = (CK_ATTRIBUTE){CKA_CLASS, &object->class, sizeof object->class};
    object->identity[1] = (CK_ATTRIBUTE){CKA_ID, object->id, sizeof object->id};
    object->identity[2] = (CK_ATTRIBUTE){CKA_LABEL, object->label, sizeof object->label};
    /* One by one: an attribute that the object lacks leaves the others as they are. */
    for (gsize i = 0; i < G_N_ELEMENTS(object->identity); i++) {
        if (run->p11->C_GetAttributeValue(run->session, handle, &object->identity[i], 1) != CKR_OK)
            object->identity[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
    }
}

/* Finds out what there is to try with, and that it works while logged in. */
static void
look_around(Run *run)
{
    CK_OBJECT_HANDLE handles[PF_TOKENS_KEY_OBJECTS_MAX];
    CK_ULONG count = 0;
    if (pf_tokens_key_find_private(run->p11, run->session, handles, &count) != CKR_OK || count == 0)
        return;
    run->key = pf_tokens_key_choose(run->p11, run->token.slot, run->session, handles, count);
    if (run->key.handle != CK_INVALID_HANDLE &&
        (pf_tokens_key_begin(run->p11, run->session, &run->key) != CKR_OK ||
         pf_tokens_key_complete(run->p11, run->session, &run->key) != CKR_OK))
        run->key.handle = CK_INVALID_HANDLE;
    remember_object(run, run->key.handle != CK_INVALID_HANDLE ? run->key.handle : handles[0]);
    run->is_begun = run->key.handle != CK_INVALID_HANDLE &&
                    pf_tokens_key_begin(run->p11, run->second, &run->key) == CKR_OK;
}

static gboolean
is_readable(Run *run)
{
    CK_OBJECT_CLASS class = 0;
    CK_ATTRIBUTE attribute = {CKA_CLASS, &class, sizeof class};
    return run->p11->C_GetAttributeValue(run->session, run->object.handle, &attribute, 1) == CKR_OK;
}

static PfTokensAnswer
is_card_verified(Run *run)
{
    if (!run->result->is_hardware)
        return PF_TOKENS_MEASURE_UNKNOWN;
    g_autofree char *description = pf_tokens_field_dup(run->token.slot_info.slotDescription,
                                                       sizeof run->token.slot_info.slotDescription);
    PfTokensPin pin = pf_tokens_tries_get_pin(description);
    return pin == PF_TOKENS_PIN_UNKNOWN ? PF_TOKENS_MEASURE_UNKNOWN
                                        : to_answer(pin == PF_TOKENS_PIN_VERIFIED);
}

/* After the logout. The search comes first and the uses last: a use that is refused makes some
 * backends drop more than the logout did. */
static void
try_logged_out(Run *run)
{
    PfTokensMeasure *result = run->result;
    result->card_after_logout = is_card_verified(run);
    if (run->object.handle == CK_INVALID_HANDLE)
        return;
    result->hidden_after = are_hidden(run);
    result->readable_after = to_answer(is_readable(run));
    if (run->is_begun)
        result->begun_completes =
            to_answer(pf_tokens_key_complete(run->p11, run->second, &run->key) == CKR_OK);
    if (run->key.handle != CK_INVALID_HANDLE)
        result->usable_after =
            to_answer(pf_tokens_key_begin(run->p11, run->session, &run->key) == CKR_OK &&
                      pf_tokens_key_complete(run->p11, run->session, &run->key) == CKR_OK);
}

/* The handle of the object whose identity was remembered, when just one has it. */
static CK_OBJECT_HANDLE
find_again(Run *run)
{
    CK_ATTRIBUTE template[G_N_ELEMENTS(run->object.identity)];
    CK_OBJECT_HANDLE handles[2];
    CK_ULONG n = 0;
    CK_ULONG count = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(run->object.identity); i++) {
        if (run->object.identity[i].ulValueLen != CK_UNAVAILABLE_INFORMATION)
            template[n++] = run->object.identity[i];
    }
    CK_RV rv = pf_tokens_object_find(run->p11, run->session, template, n, handles, 2, &count);
    return rv == CKR_OK && count == 1 ? handles[0] : CK_INVALID_HANDLE;
}

/* The PIN is known to be right by now: this login cannot cost a try. */
static void
try_again(Run *run)
{
    CK_RV rv = CKR_FUNCTION_FAILED;
    run->is_in_again = log_in(run, &rv) == PF_TOKENS_FAULT_NONE && rv == CKR_OK;
    if (!run->is_in_again || run->object.handle == CK_INVALID_HANDLE)
        return;
    CK_OBJECT_HANDLE handle = find_again(run);
    if (handle != CK_INVALID_HANDLE)
        run->result->handles_change = to_answer(handle != run->object.handle);
}

static PfTokensFault
explain_login(CK_RV rv)
{
    switch (rv) {
    case CKR_PIN_INCORRECT:
        return PF_TOKENS_FAULT_REJECTED;
    case CKR_PIN_LOCKED:
        return PF_TOKENS_FAULT_LOCKED;
    case CKR_PIN_LEN_RANGE:
        return PF_TOKENS_FAULT_LENGTH;
    default:
        return PF_TOKENS_FAULT_LOGIN_FAILED;
    }
}

/* From the first login to the second, with the sessions open. */
static PfTokensFault
try_with_sessions(Run *run)
{
    PfTokensMeasure *result = run->result;
    CK_RV rv = CKR_FUNCTION_FAILED;
    PfTokensAnswer hidden_before = are_hidden(run);
    PfTokensFault fault = log_in(run, &rv);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    if (rv != CKR_OK)
        return explain_login(rv);
    look_around(run);
    if (run->object.handle != CK_INVALID_HANDLE)
        result->hidden_before = hidden_before;
    if (log_in(run, &rv) == PF_TOKENS_FAULT_NONE) {
        /* Changed in between, by another program: not sent once more. */
        if (pf_pin_rule_is_rejection(rv))
            return explain_login(rv);
        result->repeat_refused = to_answer(rv == CKR_USER_ALREADY_LOGGED_IN);
    }
    rv = run->p11->C_Logout(run->session);
    if (rv != CKR_OK)
        return PF_TOKENS_FAULT_LOGOUT_FAILED;
    try_logged_out(run);
    try_again(run);
    return PF_TOKENS_FAULT_NONE;
}

/* One by one, without a logout, as by a program that just ends: what then stays is the card's.
 * Not C_CloseAllSessions, which in some backends is not true to its name. */
static PfTokensFault
try_all(Run *run)
{
    if (run->p11->C_OpenSession(run->token.slot, CKF_SERIAL_SESSION, NULL, NULL, &run->session) !=
        CKR_OK)
        return PF_TOKENS_FAULT_FAILED;
    if (run->p11->C_OpenSession(run->token.slot, CKF_SERIAL_SESSION, NULL, NULL, &run->second) !=
        CKR_OK) {
        run->p11->C_CloseSession(run->session);
        return PF_TOKENS_FAULT_FAILED;
    }
    PfTokensFault fault = try_with_sessions(run);
    run->p11->C_CloseSession(run->second);
    run->p11->C_CloseSession(run->session);
    if (run->is_in_again)
        run->result->card_after_close = is_card_verified(run);
    return fault;
}

PfTokensFault
pf_tokens_measure_run(CK_FUNCTION_LIST *p11, const char *token_uri, const PfSecret *pin,
                      PfTokensMeasure *ret_measure)
{
    PfTokensMeasure result = {0};
    Run run = {
        .p11 = p11,
        .pin = pin,
        .token = {.p11 = p11, .uri = token_uri},
        .result = &result,
    };
    PfTokensFault fault = pf_tokens_target_find(&run.token);
    if (fault != PF_TOKENS_FAULT_NONE) {
        p11->C_Finalize(NULL);
        return fault;
    }
    result.needs_login = (run.token.info.flags & CKF_LOGIN_REQUIRED) != 0;
    result.is_hardware = pf_tokens_target_is_hardware(&run.token);
    if (result.needs_login)
        fault = check_token(&run);
    if (result.needs_login && fault == PF_TOKENS_FAULT_NONE)
        fault = pin == NULL ? PF_TOKENS_FAULT_NO_PIN_GIVEN : try_all(&run);
    p11->C_Finalize(NULL);
    if (fault != PF_TOKENS_FAULT_NONE)
        return fault;
    /* At once: the reader's service powers a card off a moment after its last user has gone. */
    if (run.is_in_again)
        result.card_after_finalize = is_card_verified(&run);
    *ret_measure = result;
    return PF_TOKENS_FAULT_NONE;
}

const char *
pf_tokens_measure_get_verdict(const PfTokensMeasure *measure)
{
    if (!measure->needs_login)
        return "no-login";
    if (measure->usable_after == PF_TOKENS_MEASURE_YES ||
        measure->card_after_logout == PF_TOKENS_MEASURE_YES)
        return "mark";
    if (measure->hidden_after == PF_TOKENS_MEASURE_UNKNOWN)
        return "unknown";
    if (measure->hidden_after == PF_TOKENS_MEASURE_NO ||
        measure->readable_after == PF_TOKENS_MEASURE_YES)
        return "readable";
    if (measure->usable_after == PF_TOKENS_MEASURE_UNKNOWN)
        return "unknown";
    return measure->is_hardware && measure->card_after_logout == PF_TOKENS_MEASURE_UNKNOWN
               ? "ends-in-program"
               : "ends";
}
