/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Security officers: what the backend cannot know, and then its own verdict. */
#include "officer.h"

#include "prompt.h"
#include "window.h"

/* A user is logged in: which of two things is wrong is said in the order of most backends. */
static CK_RV
answer_to_user(const PfDomain *domain)
{
    return pf_domain_has_read_only(domain) ? CKR_SESSION_READ_ONLY_EXISTS
                                           : CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
}

/* What is known without asking anybody. */
static CK_RV
check_known(PfCall *call)
{
    PfDomain *domain = call->session->domain;
    if (pf_domain_get_standing(call->module, domain, NULL) == PF_STANDING_USER)
        return answer_to_user(domain);
    return pf_domain_has_officer_elsewhere(call->module, domain) ? CKR_USER_ALREADY_LOGGED_IN
                                                                 : CKR_OK;
}

/* The slot is taken. RET_IS_TOLD: the agent was told, and must be told of the end. */
static CK_RV
check_others(PfCall *call, bool *ret_is_told)
{
    PfDomain *domain = call->session->domain;
    PfStanding standing = pf_domain_get_standing(call->module, domain, NULL);
    /* The backend itself knows of its own login. */
    *ret_is_told = standing != PF_STANDING_REAL && standing != PF_STANDING_SO;
    if (!*ret_is_told)
        return CKR_OK;
    switch (pf_domain_begin_officer(call->module, domain)) {
    case PF_LINK_USER_LOGGED_IN:
        return answer_to_user(domain);
    case PF_LINK_OFFICER_LOGGED_IN:
        return CKR_USER_ALREADY_LOGGED_IN;
    case PF_LINK_READ_ONLY_EXISTS:
        return CKR_SESSION_READ_ONLY_EXISTS;
    default:
        return CKR_OK;
    }
}

/* A PIN is not even looked at; of one that is missing some backends say that first. */
static CK_RV
refuse(PfCall *call, PfOfficerPresent present, const void *data, bool has_pin, CK_RV answer)
{
    if (has_pin || call->slot->has_pinpad)
        return answer;
    CK_RV rv = present(call, data);
    if (rv == CKR_OK) /* it logs anybody in */
        PF_BACKEND_CALL(call->backend, C_Logout, call->real);
    return rv == CKR_ARGUMENTS_BAD ? rv : answer;
}

static void
set_officer_login(PfSlot *slot)
{
    pthread_mutex_lock(&slot->lock);
    slot->has_so_login = slot->sessions > 0; /* as pf_slot_set_user_login() */
    pthread_mutex_unlock(&slot->lock);
}

CK_RV
pf_officer_login(PfCall *call, PfOfficerPresent present, const void *data, bool has_pin)
{
    bool is_told = false;
    CK_RV rv = check_known(call);
    if (rv != CKR_OK)
        return refuse(call, present, data, has_pin, rv);
    rv = has_pin ? pf_prompt_confirm_try(call, "officer") : CKR_OK;
    if (rv == CKR_OK)
        rv = pf_window_begin_login(call);
    if (rv != CKR_OK)
        return rv == CKR_USER_ALREADY_LOGGED_IN ? CKR_USER_ANOTHER_ALREADY_LOGGED_IN : rv;
    CK_RV known = check_others(call, &is_told);
    rv = known == CKR_OK ? present(call, data) : refuse(call, present, data, has_pin, known);
    if (known == CKR_OK && rv == CKR_OK)
        set_officer_login(call->slot);
    pf_window_end_login(call, false);
    if (known == CKR_OK && rv != CKR_OK && is_told)
        pf_domain_end_officer(call->module, call->session->domain);
    return rv;
}

void
pf_officer_log_out(PfSlot *slot)
{
    CK_SESSION_HANDLE own;
    /* There is no read-only session beside an officer. */
    if (PF_BACKEND_CALL(slot->backend, C_OpenSession, slot->real,
                        CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &own) != CKR_OK)
        return;
    CK_RV rv = PF_BACKEND_CALL(slot->backend, C_Logout, own);
    PF_BACKEND_CALL(slot->backend, C_CloseSession, own);
    if (rv != CKR_OK && rv != CKR_USER_NOT_LOGGED_IN)
        return;
    pthread_mutex_lock(&slot->lock);
    slot->has_so_login = false;
    slot->window.epoch++;
    pthread_mutex_unlock(&slot->lock);
}
