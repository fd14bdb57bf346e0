/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions that sign and verify (PKCS#11 2.40, 5.11 and 5.12). */
#include "function-list.h"
#include "session.h"

CK_RV
C_SignInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = pf_operation_init(&call, PF_OPERATION_SIGN, call.backend->p11->C_SignInit, mechanism, key);
    return pf_call_end(&call, rv);
}

CK_RV
C_Sign(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_SIGN);
    rv = PF_BACKEND_CALL(call.backend, C_Sign, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_SIGN, rv, true, out == NULL);
    return pf_call_end(&call, rv);
}

CK_RV
C_SignUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_SIGN);
    rv = PF_BACKEND_CALL(call.backend, C_SignUpdate, call.real, in, in_len);
    rv = pf_operation_leave(&call, PF_OPERATION_SIGN, rv, false, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_SignFinal(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_SIGN);
    rv = PF_BACKEND_CALL(call.backend, C_SignFinal, call.real, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_SIGN, rv, true, out == NULL);
    return pf_call_end(&call, rv);
}

CK_RV
C_SignRecoverInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = pf_operation_init(&call, PF_OPERATION_SIGN_RECOVER, call.backend->p11->C_SignRecoverInit,
                           mechanism, key);
    return pf_call_end(&call, rv);
}

CK_RV
C_SignRecover(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
              CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_SIGN_RECOVER);
    rv = PF_BACKEND_CALL(call.backend, C_SignRecover, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_SIGN_RECOVER, rv, true, out == NULL);
    return pf_call_end(&call, rv);
}

CK_RV
C_VerifyInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = pf_operation_init(&call, PF_OPERATION_VERIFY, call.backend->p11->C_VerifyInit, mechanism,
                           key);
    return pf_call_end(&call, rv);
}

CK_RV
C_Verify(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *signature,
         CK_ULONG signature_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_VERIFY);
    rv = PF_BACKEND_CALL(call.backend, C_Verify, call.real, in, in_len, signature, signature_len);
    rv = pf_operation_leave(&call, PF_OPERATION_VERIFY, rv, true, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_VerifyUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_VERIFY);
    rv = PF_BACKEND_CALL(call.backend, C_VerifyUpdate, call.real, in, in_len);
    rv = pf_operation_leave(&call, PF_OPERATION_VERIFY, rv, false, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_VerifyFinal(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG signature_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_VERIFY);
    rv = PF_BACKEND_CALL(call.backend, C_VerifyFinal, call.real, signature, signature_len);
    rv = pf_operation_leave(&call, PF_OPERATION_VERIFY, rv, true, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_VerifyRecoverInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = pf_operation_init(&call, PF_OPERATION_VERIFY_RECOVER,
                           call.backend->p11->C_VerifyRecoverInit, mechanism, key);
    return pf_call_end(&call, rv);
}

CK_RV
C_VerifyRecover(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
                CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_VERIFY_RECOVER);
    rv = PF_BACKEND_CALL(call.backend, C_VerifyRecover, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_VERIFY_RECOVER, rv, true, out == NULL);
    return pf_call_end(&call, rv);
}
