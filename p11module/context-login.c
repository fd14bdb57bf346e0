/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Context logins: the person is asked before the card is touched, because between the login and the
 * operation a card is held, for all programs. */
#include "context-login.h"

#include "pin-rules.h"
#include "presentation.h"
#include "prompt.h"
#include "window.h"

/* Takes what the session has been given, if anything; its place is empty then. */
static bool
steal(PfCall *call, PfContextPin *ret_given)
{
    PfContextPin *place = &call->session->context_pin;
    pthread_mutex_lock(&call->slot->lock);
    bool has_any = place->pin != NULL || place->lease.id != 0 || place->lease.pin != NULL;
    if (has_any) {
        *ret_given = *place;
        *place = (PfContextPin){0};
    }
    pthread_mutex_unlock(&call->slot->lock);
    return has_any;
}

static void
drop(PfCall *call, PfContextPin *given)
{
    pf_secret_clear(&given->pin);
    pf_presentation_drop_lease(call, &given->lease);
}

static void
drop_given(PfCall *call)
{
    PfContextPin given;
    if (steal(call, &given))
        drop(call, &given);
}

static void
put(PfCall *call, PfContextPin *given)
{
    pthread_mutex_lock(&call->slot->lock);
    PfContextPin before = call->session->context_pin;
    call->session->context_pin = *given;
    pthread_mutex_unlock(&call->slot->lock);
    drop(call, &before);
}

bool
pf_context_login_is_due(PfCall *call, PfObject *key)
{
    return pf_prompt_is_offered(call->slot) && pf_object_is_private(key) &&
           pf_object_always_authenticates(call, key);
}

/* Asks once, and opens the window by the answer. */
static CK_RV
try_to_prove(PfCall *call, const PfPromptAbout *about, PfContextPin *given, bool *ret_has_joined)
{
    uint64_t previous = given->lease.id;
    *given = (PfContextPin){0};
    CK_RV rv = pf_prompt_ask(call, about, previous, &given->lease);
    if (rv != CKR_OK)
        return rv;
    given->is_cached = given->lease.is_cached;
    given->token = given->lease.token;
    given->pin = pf_secret_dup(given->lease.pin);
    rv = pf_window_acquire_by_lease(call, &given->lease, false, ret_has_joined);
    /* In a window that was open nothing is proven: the context login will. */
    if (rv != CKR_OK || *ret_has_joined)
        pf_secret_clear(&given->pin);
    return rv;
}

/* Asks until the token takes the answer as the PIN of its USER login, which is the one of the
 * context login too, and opens the window by that. */
static CK_RV
prove(PfCall *call, const PfPromptAbout *about, PfContextPin *given)
{
    bool has_joined = false;
    CK_RV rv = try_to_prove(call, about, given, &has_joined);
    /* The flags that are told now forbid the cached PIN, so that the person is asked for one. */
    if (rv == CKR_USER_NOT_LOGGED_IN && given->is_cached) {
        given->lease = (PfLease){0};
        rv = try_to_prove(call, about, given, &has_joined);
    }
    while (pf_pin_rule_is_rejection(rv))
        rv = try_to_prove(call, about, given, &has_joined);
    if (!has_joined)
        given->lease = (PfLease){0};
    return rv;
}

CK_RV
pf_context_login_prepare(PfCall *call, const char *key_label, const char *operation,
                         bool *ret_has_window)
{
    PfPromptAbout about = {.purpose = "context", .key_label = key_label, .operation = operation};
    PfContextPin given = {0};
    *ret_has_window =
        pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER;
    CK_RV rv = *ret_has_window ? prove(call, &about, &given)
                               : pf_prompt_ask(call, &about, 0, &given.lease);
    if (rv == CKR_OK)
        put(call, &given);
    return rv == CKR_OK ? CKR_OK : pf_prompt_get_answer(rv);
}

/* Presents what was given. CKR_PIN_INCORRECT: its dialog is open if RET_PREVIOUS is not 0. */
static CK_RV
present_given(PfCall *call, PfContextPin *given, uint64_t *ret_previous)
{
    CK_FLAGS flags;
    CK_RV rv;
    *ret_previous = given->lease.id;
    if (given->lease.id != 0) {
        rv = pf_presentation_of_lease(call, CKU_CONTEXT_SPECIFIC, &given->lease, NULL, NULL);
        given->lease = (PfLease){0};
        return rv;
    }
    rv = pf_slot_check_token(call->slot, &given->token, &flags);
    if (rv == CKR_OK && given->is_cached && !pf_pin_rule_may_present_cached(flags))
        rv = CKR_USER_NOT_LOGGED_IN;
    if (rv == CKR_OK)
        rv = pf_presentation_of_host(call, CKU_CONTEXT_SPECIFIC, pf_secret_get_bytes(given->pin),
                                     pf_secret_get_length(given->pin));
    pf_secret_clear(&given->pin);
    if (pf_pin_rule_is_rejection(rv))
        pf_presentation_report_rejected(call);
    return rv;
}

/* The host gives no PIN because it was told that it need not. A wrong one is asked again. */
static CK_RV
login_by_person(PfCall *call)
{
    PfPromptAbout about = {.purpose = "context"};
    PfContextPin given = {0};
    uint64_t previous = 0;
    bool was_given = steal(call, &given);
    CK_RV rv = CKR_PIN_INCORRECT;
    for (;;) {
        if (was_given) {
            pf_slot_begin_alone(call->slot, call->session->handle);
            rv = present_given(call, &given, &previous);
        }
        was_given = true;
        if (!pf_pin_rule_is_rejection(rv))
            break;
        pf_slot_end_alone(call->slot, call->session->handle);
        given = (PfContextPin){0};
        rv = pf_prompt_ask(call, &about, previous, &given.lease);
        if (rv != CKR_OK)
            break;
    }
    drop(call, &given);
    return pf_prompt_get_answer(rv);
}

CK_RV
pf_context_login(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    CK_RV rv;
    if (pin == NULL && pf_prompt_is_offered(call->slot)) {
        rv = login_by_person(call);
    } else {
        drop_given(call);
        rv = pin != NULL ? pf_prompt_confirm_try(call, "context") : CKR_OK;
        if (rv != CKR_OK)
            return rv;
        pf_slot_begin_alone(call->slot, call->session->handle);
        rv = pf_presentation_of_host(call, CKU_CONTEXT_SPECIFIC, pin, pin_len);
        if (pf_pin_rule_is_rejection(rv) && call->module->link != NULL)
            pf_presentation_report_rejected(call);
    }
    if (rv != CKR_OK)
        pf_slot_end_alone(call->slot, call->session->handle);
    return rv;
}

void
pf_context_login_end(PfCall *call)
{
    drop_given(call);
    pf_slot_end_alone(call->slot, call->session->handle);
}
