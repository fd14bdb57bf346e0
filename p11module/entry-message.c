/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions on messages (PKCS#11 3.0, 5.9, 5.11, 5.14, 5.16), made from one list, and
 * C_SessionCancel. */
#include "backend.h"
#include "context-login.h"
#include "pkcs11-v3.h"
#include "search.h"
#include "session.h"

#define PARAMETER       void *parameter, CK_ULONG parameter_len
#define PARAMETER_ARGS  parameter, parameter_len
#define ASSOCIATED      CK_BYTE *associated, CK_ULONG associated_len
#define ASSOCIATED_ARGS associated, associated_len
#define IN              CK_BYTE *in, CK_ULONG in_len
#define IN_ARGS         in, in_len
#define OUT             CK_BYTE *out, CK_ULONG *out_len
#define OUT_ARGS        out, out_len
#define SIGNATURE       CK_BYTE *signature, CK_ULONG signature_len
#define SIGNATURE_ARGS  signature, signature_len

/* X(name, operation): C_MessageNameInit begins it, C_MessageNameFinal ends it. */
#define PROCESSES(X)                                                                               \
    X(Encrypt, MESSAGE_ENCRYPT)                                                                    \
    X(Decrypt, MESSAGE_DECRYPT)                                                                    \
    X(Sign, MESSAGE_SIGN)                                                                          \
    X(Verify, MESSAGE_VERIFY)

#define IS_QUERY (out == NULL)
#define IS_END   ((flags & CKF_END_OF_MESSAGE) != 0)

/* X(name, operation, ends its message, is a size query, parameters, arguments) */
#define PARTS(X)                                                                                   \
    X(EncryptMessage, MESSAGE_ENCRYPT, true, IS_QUERY, (PARAMETER, ASSOCIATED, IN, OUT),           \
      (PARAMETER_ARGS, ASSOCIATED_ARGS, IN_ARGS, OUT_ARGS))                                        \
    X(EncryptMessageBegin, MESSAGE_ENCRYPT, false, false, (PARAMETER, ASSOCIATED),                 \
      (PARAMETER_ARGS, ASSOCIATED_ARGS))                                                           \
    X(EncryptMessageNext, MESSAGE_ENCRYPT, IS_END, IS_QUERY, (PARAMETER, IN, OUT, CK_FLAGS flags), \
      (PARAMETER_ARGS, IN_ARGS, OUT_ARGS, flags))                                                  \
    X(DecryptMessage, MESSAGE_DECRYPT, true, IS_QUERY, (PARAMETER, ASSOCIATED, IN, OUT),           \
      (PARAMETER_ARGS, ASSOCIATED_ARGS, IN_ARGS, OUT_ARGS))                                        \
    X(DecryptMessageBegin, MESSAGE_DECRYPT, false, false, (PARAMETER, ASSOCIATED),                 \
      (PARAMETER_ARGS, ASSOCIATED_ARGS))                                                           \
    X(DecryptMessageNext, MESSAGE_DECRYPT, IS_END, IS_QUERY, (PARAMETER, IN, OUT, CK_FLAGS flags), \
      (PARAMETER_ARGS, IN_ARGS, OUT_ARGS, flags))                                                  \
    X(SignMessage, MESSAGE_SIGN, true, IS_QUERY, (PARAMETER, IN, OUT),                             \
      (PARAMETER_ARGS, IN_ARGS, OUT_ARGS))                                                         \
    X(SignMessageBegin, MESSAGE_SIGN, false, false, (PARAMETER), (PARAMETER_ARGS))                 \
    X(SignMessageNext, MESSAGE_SIGN, out_len != NULL, IS_QUERY, (PARAMETER, IN, OUT),              \
      (PARAMETER_ARGS, IN_ARGS, OUT_ARGS))                                                         \
    X(VerifyMessage, MESSAGE_VERIFY, true, false, (PARAMETER, IN, SIGNATURE),                      \
      (PARAMETER_ARGS, IN_ARGS, SIGNATURE_ARGS))                                                   \
    X(VerifyMessageBegin, MESSAGE_VERIFY, false, false, (PARAMETER), (PARAMETER_ARGS))             \
    X(VerifyMessageNext, MESSAGE_VERIFY, signature != NULL, false, (PARAMETER, IN, SIGNATURE),     \
      (PARAMETER_ARGS, IN_ARGS, SIGNATURE_ARGS))

#define UNPACK(...) __VA_ARGS__

/* Some backends have all names of 3.0 and support none of them: being told so costs no window, and
 * no question to a person. It starts nothing: no key has this handle. Without a mechanism it would
 * cancel. */
static bool
is_supported(PfCall *call, PfInitFunction init, CK_MECHANISM *mechanism)
{
    if (init == NULL || mechanism == NULL)
        return init != NULL;
    pf_backend_enter(call->backend);
    return pf_backend_leave(call->backend, init(call->real, mechanism, CK_INVALID_HANDLE)) !=
           CKR_FUNCTION_NOT_SUPPORTED;
}

#define DEFINE_PROCESS(name, kind)                                                                 \
    CK_RV C_Message##name##Init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,                \
                                CK_OBJECT_HANDLE key)                                              \
    {                                                                                              \
        PfCall call;                                                                               \
        CK_RV rv = pf_call_begin(&call, session);                                                  \
        if (rv != CKR_OK)                                                                          \
            return rv;                                                                             \
        const CK_FUNCTION_LIST_3_0 *list = call.backend->p11_3_0;                                  \
        PfInitFunction init = list != NULL ? list->C_Message##name##Init : NULL;                   \
        rv = CKR_FUNCTION_NOT_SUPPORTED;                                                           \
        if (is_supported(&call, init, mechanism))                                                  \
            rv = pf_operation_init(&call, PF_OPERATION_##kind, init, mechanism, key);              \
        return pf_call_end(&call, rv);                                                             \
    }                                                                                              \
                                                                                                   \
    CK_RV C_Message##name##Final(CK_SESSION_HANDLE session)                                        \
    {                                                                                              \
        PfCall call;                                                                               \
        CK_RV rv = pf_call_begin(&call, session);                                                  \
        if (rv != CKR_OK)                                                                          \
            return rv;                                                                             \
        pf_operation_enter(&call, PF_OPERATION_##kind);                                            \
        rv = PF_BACKEND_CALL_3_0(call.backend, C_Message##name##Final, call.real);                 \
        rv = pf_operation_leave(&call, PF_OPERATION_##kind, rv, true, false);                      \
        return pf_call_end(&call, rv);                                                             \
    }

/* A message that fails, such as a false signature, does not end the process: the next one may be
 * good. What ends is the login for it, if the key wants one each time. */
static void
leave_message(PfCall *call, PfOperationKind kind, CK_RV rv, bool is_last, bool is_query)
{
    bool is_gone = rv == CKR_OPERATION_NOT_INITIALIZED;
    bool was_begun = !is_gone && rv != CKR_FUNCTION_NOT_SUPPORTED && rv != CKR_BUFFER_TOO_SMALL;
    pf_operation_leave(call, kind, is_gone ? rv : CKR_OK, false, false);
    if (was_begun && (rv != CKR_OK || (is_last && !is_query)))
        pf_context_login_end(call);
}

#define DEFINE_PART(name, kind, is_last, is_query, parameters, arguments)                          \
    CK_RV C_##name(CK_SESSION_HANDLE session, UNPACK parameters)                                   \
    {                                                                                              \
        PfCall call;                                                                               \
        CK_RV rv = pf_call_begin(&call, session);                                                  \
        if (rv != CKR_OK)                                                                          \
            return rv;                                                                             \
        pf_operation_enter(&call, PF_OPERATION_##kind);                                            \
        rv = PF_BACKEND_CALL_3_0(call.backend, C_##name, call.real, UNPACK arguments);             \
        leave_message(&call, PF_OPERATION_##kind, rv, is_last, is_query);                          \
        return pf_call_end(&call, rv);                                                             \
    }

/* clang-format off */
PROCESSES(DEFINE_PROCESS)
PARTS(DEFINE_PART)
/* clang-format on */

/* Which flag of C_SessionCancel ends which operation; digests and keys hold no window. */
static const struct {
    CK_FLAGS flag;
    PfOperationKind kind;
} cancelled[] = {
    {CKF_MESSAGE_ENCRYPT, PF_OPERATION_MESSAGE_ENCRYPT},
    {CKF_MESSAGE_DECRYPT, PF_OPERATION_MESSAGE_DECRYPT},
    {CKF_MESSAGE_SIGN, PF_OPERATION_MESSAGE_SIGN},
    {CKF_MESSAGE_VERIFY, PF_OPERATION_MESSAGE_VERIFY},
    {CKF_ENCRYPT, PF_OPERATION_ENCRYPT},
    {CKF_DECRYPT, PF_OPERATION_DECRYPT},
    {CKF_SIGN, PF_OPERATION_SIGN},
    {CKF_SIGN_RECOVER, PF_OPERATION_SIGN_RECOVER},
    {CKF_VERIFY, PF_OPERATION_VERIFY},
    {CKF_VERIFY_RECOVER, PF_OPERATION_VERIFY_RECOVER},
};

CK_RV
C_SessionCancel(CK_SESSION_HANDLE session, CK_FLAGS flags)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL_3_0(call.backend, C_SessionCancel, call.real, flags);
    /* Of several, those that can be cancelled may have been: it is not said which. */
    bool is_done = rv == CKR_OK || rv == CKR_OPERATION_CANCEL_FAILED;
    for (size_t i = 0; is_done && i < sizeof cancelled / sizeof *cancelled; i++) {
        if ((flags & cancelled[i].flag) != 0)
            pf_operation_cancelled(&call, cancelled[i].kind, rv == CKR_OK);
    }
    if (rv == CKR_OK && (flags & CKF_FIND_OBJECTS) != 0)
        pf_search_end(&call); /* what is found already is kept here, not in the backend */
    return pf_call_end(&call, rv);
}
