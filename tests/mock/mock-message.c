/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the mock has of PKCS#11 3.0, when its script says so: messages, cancelling, named logins. */
#include <string.h>

#include "mock-state.h"
#include "pkcs11-v3.h"

/* The session's process of KIND, with the lock held on CKR_OK. */
static CK_RV
begin(CK_SESSION_HANDLE session, PfMockOperationKind kind, PfMockOperation **ret_operation)
{
    PfMockSession *own;
    CK_RV rv = CKR_OK;

    pf_mock_lock();
    pf_mock_state_follow_script();
    own = pf_mock_state_get_session(session);
    if (!pf_mock.initialized)
        rv = CKR_CRYPTOKI_NOT_INITIALIZED;
    else if (own == NULL)
        rv = CKR_SESSION_HANDLE_INVALID;
    if (rv != CKR_OK)
        pf_mock_unlock();
    else
        *ret_operation = &own->messages[kind];
    return rv;
}

/* The same of one that is active. */
static CK_RV
begin_active(CK_SESSION_HANDLE session, PfMockOperationKind kind, PfMockOperation **ret_operation)
{
    CK_RV rv = begin(session, kind, ret_operation);

    if (rv == CKR_OK && !(*ret_operation)->active) {
        pf_mock_unlock();
        rv = CKR_OPERATION_NOT_INITIALIZED;
    }
    return rv;
}

/* The same for a result, which a key that is always to be authenticated gives once a login. */
static CK_RV
begin_result(CK_SESSION_HANDLE session, PfMockOperationKind kind, PfMockOperation **ret_operation)
{
    CK_RV rv = begin_active(session, kind, ret_operation);

    if (rv == CKR_OK && (*ret_operation)->needs_context) {
        pf_mock_unlock();
        rv = CKR_USER_NOT_LOGGED_IN;
    }
    return rv;
}

/* All of a message, or its last part; OUT and OUT_LEN both NULL: another part comes. */
static CK_RV
sign(CK_SESSION_HANDLE session, bool is_whole, const CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
     CK_ULONG *out_len)
{
    PfMockOperation *operation;
    CK_RV rv = begin_result(session, PF_MOCK_SIGN, &operation);

    if (rv != CKR_OK)
        return rv;
    if (out == NULL && out_len != NULL) {
        *out_len = PF_MOCK_SIGNATURE_SIZE;
    } else if (out_len != NULL && *out_len < PF_MOCK_SIGNATURE_SIZE) {
        rv = CKR_BUFFER_TOO_SMALL;
    } else {
        if (is_whole)
            pf_mock_operation_restart(operation);
        pf_mock_operation_hash(operation, in, in_len);
        if (out != NULL && out_len != NULL) {
            pf_mock_operation_sign(operation, out);
            *out_len = PF_MOCK_SIGNATURE_SIZE;
            operation->needs_context = operation->wants_context;
        }
    }
    pf_mock_unlock();
    return rv;
}

static CK_RV
verify(CK_SESSION_HANDLE session, bool is_whole, const CK_BYTE *in, CK_ULONG in_len,
       const CK_BYTE *signature, CK_ULONG signature_len)
{
    CK_BYTE right[PF_MOCK_SIGNATURE_SIZE];
    PfMockOperation *operation;
    CK_RV rv = begin_active(session, PF_MOCK_VERIFY, &operation);

    if (rv != CKR_OK)
        return rv;
    if (is_whole)
        pf_mock_operation_restart(operation);
    pf_mock_operation_hash(operation, in, in_len);
    pf_mock_operation_sign(operation, right);
    if (signature != NULL &&
        (signature_len != sizeof(right) || memcmp(right, signature, sizeof(right)) != 0))
        rv = CKR_SIGNATURE_INVALID;
    pf_mock_unlock();
    return rv;
}

static CK_RV
cipher(CK_SESSION_HANDLE session, PfMockOperationKind kind, const CK_BYTE *in, CK_ULONG in_len,
       CK_BYTE *out, CK_ULONG *out_len, bool is_last)
{
    PfMockOperation *operation;
    CK_RV rv = begin_result(session, kind, &operation);

    if (rv != CKR_OK)
        return rv;
    if (out != NULL && *out_len < in_len) {
        rv = CKR_BUFFER_TOO_SMALL;
    } else if (out != NULL) {
        pf_mock_operation_cipher(operation, in, in_len, out);
        operation->needs_context = is_last && operation->wants_context;
    }
    *out_len = in_len;
    pf_mock_unlock();
    return rv;
}

/* The hash of a message in parts begins anew. */
static CK_RV
restart(CK_SESSION_HANDLE session, PfMockOperationKind kind)
{
    PfMockOperation *operation;
    CK_RV rv = begin_active(session, kind, &operation);

    if (rv != CKR_OK)
        return rv;
    pf_mock_operation_restart(operation);
    pf_mock_unlock();
    return CKR_OK;
}

#define PROCESS(Name, kind)                                                                        \
    CK_RV C_Message##Name##Init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,                \
                                CK_OBJECT_HANDLE key)                                              \
    {                                                                                              \
        PfMockOperation *operation;                                                                \
        CK_RV rv;                                                                                  \
                                                                                                   \
        if (pf_mock_follow_rule("C_Message" #Name "Init", &rv))                                    \
            return rv;                                                                             \
        rv = begin(session, kind, &operation);                                                     \
        if (rv != CKR_OK)                                                                          \
            return rv;                                                                             \
        if (mechanism == NULL) { /* it cancels */                                                  \
            rv = operation->active ? CKR_OK : CKR_OPERATION_NOT_INITIALIZED;                       \
            operation->active = false;                                                             \
        } else {                                                                                   \
            rv = pf_mock_operation_begin(operation, mechanism, key, kind);                         \
        }                                                                                          \
        pf_mock_unlock();                                                                          \
        return rv;                                                                                 \
    }                                                                                              \
    CK_RV C_Message##Name##Final(CK_SESSION_HANDLE session)                                        \
    {                                                                                              \
        PfMockOperation *operation;                                                                \
        CK_RV rv = begin_active(session, kind, &operation);                                        \
                                                                                                   \
        if (rv != CKR_OK)                                                                          \
            return rv;                                                                             \
        operation->active = false;                                                                 \
        pf_mock_unlock();                                                                          \
        return CKR_OK;                                                                             \
    }
PROCESS(Sign, PF_MOCK_SIGN)
PROCESS(Verify, PF_MOCK_VERIFY)
PROCESS(Encrypt, PF_MOCK_ENCRYPT)
PROCESS(Decrypt, PF_MOCK_DECRYPT)

#define CIPHER(Name, kind)                                                                         \
    CK_RV C_##Name##Message(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len,    \
                            CK_BYTE *associated, CK_ULONG associated_len, CK_BYTE *in,             \
                            CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len)                      \
    {                                                                                              \
        return cipher(session, kind, in, in_len, out, out_len, true);                              \
    }                                                                                              \
    CK_RV C_##Name##MessageBegin(CK_SESSION_HANDLE session, void *parameter,                       \
                                 CK_ULONG parameter_len, CK_BYTE *associated,                      \
                                 CK_ULONG associated_len)                                          \
    {                                                                                              \
        return restart(session, kind);                                                             \
    }                                                                                              \
    CK_RV C_##Name##MessageNext(CK_SESSION_HANDLE session, void *parameter,                        \
                                CK_ULONG parameter_len, CK_BYTE *in, CK_ULONG in_len,              \
                                CK_BYTE *out, CK_ULONG *out_len, CK_FLAGS flags)                   \
    {                                                                                              \
        return cipher(session, kind, in, in_len, out, out_len, flags == CKF_END_OF_MESSAGE);       \
    }
CIPHER(Encrypt, PF_MOCK_ENCRYPT)
CIPHER(Decrypt, PF_MOCK_DECRYPT)

CK_RV
C_SignMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len, CK_BYTE *in,
              CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len)
{
    return sign(session, true, in, in_len, out, out_len);
}

CK_RV
C_SignMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len)
{
    return restart(session, PF_MOCK_SIGN);
}

CK_RV
C_SignMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len, CK_BYTE *in,
                  CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len)
{
    return sign(session, false, in, in_len, out, out_len);
}

CK_RV
C_VerifyMessage(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len, CK_BYTE *in,
                CK_ULONG in_len, CK_BYTE *signature, CK_ULONG signature_len)
{
    return verify(session, true, in, in_len, signature, signature_len);
}

CK_RV
C_VerifyMessageBegin(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len)
{
    return restart(session, PF_MOCK_VERIFY);
}

CK_RV
C_VerifyMessageNext(CK_SESSION_HANDLE session, void *parameter, CK_ULONG parameter_len, CK_BYTE *in,
                    CK_ULONG in_len, CK_BYTE *signature, CK_ULONG signature_len)
{
    return verify(session, false, in, in_len, signature, signature_len);
}
