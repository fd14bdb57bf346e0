/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions on sessions, logins and PINs (PKCS#11 2.40, 5.5 and 5.6). */
#include "context-login.h"
#include "function-list.h"
#include "login.h"
#include "pin-change.h"
#include "pkcs11-v3.h"
#include "presentation.h"
#include "task.h"
#include "window.h"

CK_RV
C_InitPIN(CK_SESSION_HANDLE session, CK_BYTE *pin, CK_ULONG pin_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    return rv == CKR_OK ? pf_call_end(&call, pf_pin_change_init(&call, pin, pin_len)) : rv;
}

CK_RV
C_SetPIN(CK_SESSION_HANDLE session, CK_BYTE *old_pin, CK_ULONG old_len, CK_BYTE *new_pin,
         CK_ULONG new_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    return pf_call_end(&call, pf_pin_change_set(&call, old_pin, old_len, new_pin, new_len));
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
    /* In a window that a reset has cut, to ask would cost a backend its sessions. */
    if (info != NULL && pf_session_may_be_lost(call.session) &&
        pf_domain_get_standing(call.module, call.session->domain, NULL) == PF_STANDING_USER)
        *info = (CK_SESSION_INFO){.flags = call.session->flags};
    else
        rv = PF_BACKEND_CALL(call.backend, C_GetSessionInfo, call.real, info);
    if (rv == CKR_OK && info != NULL) {
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

typedef struct {
    PfTask task;
    CK_BYTE *state;
    CK_ULONG state_len;
} StateTask;

static CK_RV
run_set_state(PfTask *task)
{
    StateTask *self = (StateTask *)task;
    return PF_BACKEND_CALL(task->call->backend, C_SetOperationState, task->call->real, self->state,
                           self->state_len, task->real[0], task->real[1]);
}

/* The restored operation goes on with a private key: its window stays. */
static void
after_set_state(PfCall *call, PfObject *key)
{
    if (pf_object_is_private(key) &&
        pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER) {
        pf_window_share(call);
        pf_operation_restored(call);
    }
}

CK_RV
C_SetOperationState(CK_SESSION_HANDLE session, CK_BYTE *state, CK_ULONG state_len,
                    CK_OBJECT_HANDLE encryption_key, CK_OBJECT_HANDLE authentication_key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    StateTask self = {.task = {.call = &call,
                               .inputs = {encryption_key, authentication_key},
                               .input_count = 2,
                               .run = run_set_state,
                               .operation = "restore",
                               .after = after_set_state},
                      .state = state,
                      .state_len = state_len};
    return pf_call_end(&call, pf_task_run(&self.task));
}

CK_RV
C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_BYTE *pin, CK_ULONG pin_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_session_count_again(&call);
    switch (type) {
    case CKU_USER:
        rv = pf_login_user(&call, pin, pin_len);
        break;
    case CKU_SO:
        rv = pf_login_so(&call, pin, pin_len);
        break;
    case CKU_CONTEXT_SPECIFIC:
        rv = pf_context_login(&call, pin, pin_len);
        break;
    default:
        rv = pf_presentation_of_host(&call, type, pin, pin_len);
        break;
    }
    return pf_call_end(&call, rv);
}

CK_RV
C_LoginUser(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR *pin, CK_ULONG pin_len,
            CK_UTF8CHAR *name, CK_ULONG name_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_session_count_again(&call);
    return pf_call_end(&call, pf_login_named(&call, type, pin, pin_len, name, name_len));
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
