/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions that sign, verify, encrypt and decrypt, in one or many parts (PKCS#11 2.40, 5.8,
 * 5.9, 5.11 to 5.13): all alike but for their arguments, so made from one list. */
#include "function-list.h"
#include "session.h"

#define IN_OUT      CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len
#define IN_OUT_ARGS in, in_len, out, out_len
#define OUT         CK_BYTE *out, CK_ULONG *out_len
#define OUT_ARGS    out, out_len
#define IN          CK_BYTE *in, CK_ULONG in_len
#define IN_ARGS     in, in_len

/* X(name, operation): C_nameInit begins it. */
#define INITS(X)                                                                                   \
    X(Sign, SIGN)                                                                                  \
    X(SignRecover, SIGN_RECOVER)                                                                   \
    X(Verify, VERIFY)                                                                              \
    X(VerifyRecover, VERIFY_RECOVER)                                                               \
    X(Encrypt, ENCRYPT)                                                                            \
    X(Decrypt, DECRYPT)

/* X(name, operation, ends it, is a size query, parameters, arguments) */
#define PARTS(X)                                                                                   \
    X(Sign, SIGN, true, out == NULL, (IN_OUT), (IN_OUT_ARGS))                                      \
    X(SignUpdate, SIGN, false, false, (IN), (IN_ARGS))                                             \
    X(SignFinal, SIGN, true, out == NULL, (OUT), (OUT_ARGS))                                       \
    X(SignRecover, SIGN_RECOVER, true, out == NULL, (IN_OUT), (IN_OUT_ARGS))                       \
    X(Verify, VERIFY, true, false, (IN, CK_BYTE * signature, CK_ULONG signature_len),              \
      (IN_ARGS, signature, signature_len))                                                         \
    X(VerifyUpdate, VERIFY, false, false, (IN), (IN_ARGS))                                         \
    X(VerifyFinal, VERIFY, true, false, (IN), (IN_ARGS))                                           \
    X(VerifyRecover, VERIFY_RECOVER, true, out == NULL, (IN_OUT), (IN_OUT_ARGS))                   \
    X(Encrypt, ENCRYPT, true, out == NULL, (IN_OUT), (IN_OUT_ARGS))                                \
    X(EncryptUpdate, ENCRYPT, false, false, (IN_OUT), (IN_OUT_ARGS))                               \
    X(EncryptFinal, ENCRYPT, true, out == NULL, (OUT), (OUT_ARGS))                                 \
    X(Decrypt, DECRYPT, true, out == NULL, (IN_OUT), (IN_OUT_ARGS))                                \
    X(DecryptUpdate, DECRYPT, false, false, (IN_OUT), (IN_OUT_ARGS))                               \
    X(DecryptFinal, DECRYPT, true, out == NULL, (OUT), (OUT_ARGS))                                 \
    X(DigestEncryptUpdate, ENCRYPT, false, false, (IN_OUT), (IN_OUT_ARGS))                         \
    X(DecryptDigestUpdate, DECRYPT, false, false, (IN_OUT), (IN_OUT_ARGS))

/* X(name, operation, the other operation): one part of two at once. */
#define DOUBLE_PARTS(X)                                                                            \
    X(SignEncryptUpdate, SIGN, ENCRYPT)                                                            \
    X(DecryptVerifyUpdate, DECRYPT, VERIFY)

#define UNPACK(...) __VA_ARGS__

#define DEFINE_INIT(name, kind)                                                                    \
    CK_RV C_##name##Init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key) \
    {                                                                                              \
        PfCall call;                                                                               \
        CK_RV rv = pf_call_begin(&call, session);                                                  \
        if (rv != CKR_OK)                                                                          \
            return rv;                                                                             \
        rv = pf_operation_init(&call, PF_OPERATION_##kind, call.backend->p11->C_##name##Init,      \
                               mechanism, key);                                                    \
        return pf_call_end(&call, rv);                                                             \
    }

#define DEFINE_PART(name, kind, is_last, is_query, parameters, arguments)                          \
    CK_RV C_##name(CK_SESSION_HANDLE session, UNPACK parameters)                                   \
    {                                                                                              \
        PfCall call;                                                                               \
        CK_RV rv = pf_call_begin(&call, session);                                                  \
        if (rv != CKR_OK)                                                                          \
            return rv;                                                                             \
        pf_operation_enter(&call, PF_OPERATION_##kind);                                            \
        rv = PF_BACKEND_CALL(call.backend, C_##name, call.real, UNPACK arguments);                 \
        rv = pf_operation_leave(&call, PF_OPERATION_##kind, rv, is_last, is_query);                \
        return pf_call_end(&call, rv);                                                             \
    }

#define DEFINE_DOUBLE_PART(name, kind, other_kind)                                                 \
    CK_RV C_##name(CK_SESSION_HANDLE session, IN_OUT)                                              \
    {                                                                                              \
        PfCall call;                                                                               \
        CK_RV rv = pf_call_begin(&call, session);                                                  \
        if (rv != CKR_OK)                                                                          \
            return rv;                                                                             \
        pf_operation_enter(&call, PF_OPERATION_##kind);                                            \
        pf_operation_enter(&call, PF_OPERATION_##other_kind);                                      \
        rv = PF_BACKEND_CALL(call.backend, C_##name, call.real, IN_OUT_ARGS);                      \
        rv = pf_operation_leave(&call, PF_OPERATION_##other_kind, rv, false, false);               \
        rv = pf_operation_leave(&call, PF_OPERATION_##kind, rv, false, false);                     \
        return pf_call_end(&call, rv);                                                             \
    }

/* clang-format off */
INITS(DEFINE_INIT)
PARTS(DEFINE_PART)
DOUBLE_PARTS(DEFINE_DOUBLE_PART)
/* clang-format on */
