/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions that encrypt, decrypt, or do two things at once (PKCS#11 2.40, 5.8, 5.9, 5.13). */
#include "function-list.h"
#include "session.h"

CK_RV
C_EncryptInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = pf_operation_init(&call, PF_OPERATION_ENCRYPT, call.backend->p11->C_EncryptInit, mechanism,
                           key);
    return pf_call_end(&call, rv);
}

CK_RV
C_Encrypt(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_ENCRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_Encrypt, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_ENCRYPT, rv, true, out == NULL);
    return pf_call_end(&call, rv);
}

CK_RV
C_EncryptUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
                CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_ENCRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_EncryptUpdate, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_ENCRYPT, rv, false, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_EncryptFinal(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_ENCRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_EncryptFinal, call.real, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_ENCRYPT, rv, true, out == NULL);
    return pf_call_end(&call, rv);
}

CK_RV
C_DecryptInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = pf_operation_init(&call, PF_OPERATION_DECRYPT, call.backend->p11->C_DecryptInit, mechanism,
                           key);
    return pf_call_end(&call, rv);
}

CK_RV
C_Decrypt(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_DECRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_Decrypt, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_DECRYPT, rv, true, out == NULL);
    return pf_call_end(&call, rv);
}

CK_RV
C_DecryptUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
                CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_DECRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_DecryptUpdate, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_DECRYPT, rv, false, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_DecryptFinal(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_DECRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_DecryptFinal, call.real, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_DECRYPT, rv, true, out == NULL);
    return pf_call_end(&call, rv);
}

CK_RV
C_DigestEncryptUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
                      CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_ENCRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_DigestEncryptUpdate, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_ENCRYPT, rv, false, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_DecryptDigestUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
                      CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_DECRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_DecryptDigestUpdate, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_DECRYPT, rv, false, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_SignEncryptUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
                    CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_SIGN);
    pf_operation_enter(&call, PF_OPERATION_ENCRYPT);
    rv = PF_BACKEND_CALL(call.backend, C_SignEncryptUpdate, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_ENCRYPT, rv, false, false);
    rv = pf_operation_leave(&call, PF_OPERATION_SIGN, rv, false, false);
    return pf_call_end(&call, rv);
}

CK_RV
C_DecryptVerifyUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
                      CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    pf_operation_enter(&call, PF_OPERATION_DECRYPT);
    pf_operation_enter(&call, PF_OPERATION_VERIFY);
    rv = PF_BACKEND_CALL(call.backend, C_DecryptVerifyUpdate, call.real, in, in_len, out, out_len);
    rv = pf_operation_leave(&call, PF_OPERATION_VERIFY, rv, false, false);
    rv = pf_operation_leave(&call, PF_OPERATION_DECRYPT, rv, false, false);
    return pf_call_end(&call, rv);
}
