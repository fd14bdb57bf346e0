/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions on sessions, logins and PINs (PKCS#11 2.40, 5.5 and 5.6). */
#include "function-list.h"
#include "login.h"
#include "object.h"

static void
report_pin_changed(PfCall *call)
{
    PfDomainRef ref;
    if (call->module->link == NULL || !call->slot->needs_login)
        return;
    pf_domain_get_ref(call->session->domain, &ref);
    if (pf_agent_link_contact(call->module->link, false))
        pf_agent_link_report_token(call->module->link, ref.token, PF_TOKEN_EVENT_PIN_CHANGED, NULL);
}

CK_RV
C_InitPIN(CK_SESSION_HANDLE session, CK_BYTE *pin, CK_ULONG pin_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(call.backend, C_InitPIN, call.real, pin, pin_len);
    if (rv == CKR_OK)
        report_pin_changed(&call);
    return pf_call_end(&call, rv);
}

CK_RV
C_SetPIN(CK_SESSION_HANDLE session, CK_BYTE *old_pin, CK_ULONG old_len, CK_BYTE *new_pin,
         CK_ULONG new_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(call.backend, C_SetPIN, call.real, old_pin, old_len, new_pin, new_len);
    /* The SO's PIN is nobody's cached one. */
    if (rv == CKR_OK && !call.slot->has_so_login)
        report_pin_changed(&call);
    return pf_call_end(&call, rv);
}

CK_RV
C_CloseSession(CK_SESSION_HANDLE session)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    return rv == CKR_OK ? pf_session_close(&call) : rv;
}

static CK_STATE
get_state(const PfCall *call, CK_STATE real)
{
    bool is_writable = (call->session->flags & CKF_RW_SESSION) != 0;
    switch (pf_domain_get_standing(call->module, call->session->domain, NULL)) {
    case PF_STANDING_USER:
        return is_writable ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
    case PF_STANDING_PUBLIC:
        /* The backend may be logged in for a window; that is nobody's state. */
        if (call->slot->needs_login)
            return is_writable ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION;
        return real;
    default:
        return real;
    }
}

CK_RV
C_GetSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(call.backend, C_GetSessionInfo, call.real, info);
    if (rv == CKR_OK) {
        info->slotID = call.slot->id;
        info->state = get_state(&call, info->state);
    }
    return pf_call_end(&call, rv);
}

CK_RV
C_GetOperationState(CK_SESSION_HANDLE session, CK_BYTE *state, CK_ULONG *state_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(call.backend, C_GetOperationState, call.real, state, state_len);
    return pf_call_end(&call, rv);
}

/* A key handle that may be 0, translated where the backend knows it without a window. */
static CK_RV
translate_optional_key(PfCall *call, CK_OBJECT_HANDLE key, CK_OBJECT_HANDLE *ret_real)
{
    PfObject *object;
    *ret_real = 0;
    if (key == 0)
        return CKR_OK;
    CK_RV rv = pf_object_acquire(call, key, &object);
    if (rv != CKR_OK)
        return CKR_KEY_HANDLE_INVALID;
    rv = pf_object_get_real(call, object, ret_real);
    pf_object_release(call->module, object);
    return rv;
}

CK_RV
C_SetOperationState(CK_SESSION_HANDLE session, CK_BYTE *state, CK_ULONG state_len,
                    CK_OBJECT_HANDLE encryption_key, CK_OBJECT_HANDLE authentication_key)
{
    PfCall call;
    CK_OBJECT_HANDLE real[2];
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = translate_optional_key(&call, encryption_key, &real[0]);
    if (rv == CKR_OK)
        rv = translate_optional_key(&call, authentication_key, &real[1]);
    if (rv == CKR_OK)
        rv = PF_BACKEND_CALL(call.backend, C_SetOperationState, call.real, state, state_len,
                             real[0], real[1]);
    return pf_call_end(&call, rv);
}

CK_RV
C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_BYTE *pin, CK_ULONG pin_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = type == CKU_USER ? pf_login_user(&call, pin, pin_len)
                          : pf_login_other(&call, type, pin, pin_len);
    return pf_call_end(&call, rv);
}

CK_RV
C_Logout(CK_SESSION_HANDLE session)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    return rv == CKR_OK ? pf_call_end(&call, pf_login_end(&call)) : rv;
}

CK_RV
C_SeedRandom(CK_SESSION_HANDLE session, CK_BYTE *seed, CK_ULONG seed_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(call.backend, C_SeedRandom, call.real, seed, seed_len);
    return pf_call_end(&call, rv);
}

CK_RV
C_GenerateRandom(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(call.backend, C_GenerateRandom, call.real, data, data_len);
    return pf_call_end(&call, rv);
}

CK_RV
C_GetFunctionStatus(CK_SESSION_HANDLE session)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    return pf_call_end(&call, PF_BACKEND_CALL(call.backend, C_GetFunctionStatus, call.real));
}

CK_RV
C_CancelFunction(CK_SESSION_HANDLE session)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    return pf_call_end(&call, PF_BACKEND_CALL(call.backend, C_CancelFunction, call.real));
}
