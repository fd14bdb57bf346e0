/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfOperation: what a session has begun and not ended, and which of it keeps a window open. */
#pragma once

#include <stdbool.h>

#include <p11-kit/pkcs11.h>

typedef enum {
    PF_OPERATION_SIGN,
    PF_OPERATION_SIGN_RECOVER,
    PF_OPERATION_VERIFY,
    PF_OPERATION_VERIFY_RECOVER,
    PF_OPERATION_ENCRYPT,
    PF_OPERATION_DECRYPT,
    PF_OPERATION_MESSAGE_SIGN,
    PF_OPERATION_MESSAGE_VERIFY,
    PF_OPERATION_MESSAGE_ENCRYPT,
    PF_OPERATION_MESSAGE_DECRYPT,
    PF_OPERATION_RESTORED, /* by C_SetOperationState: it may be any of the above */
    PF_OPERATION_COUNT,
} PfOperationKind;

typedef CK_RV (*PfInitFunction)(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                                CK_OBJECT_HANDLE key);

typedef struct {
    bool holds_window;
    bool is_dropped;     /* logout or close came while a call was in the backend */
    bool is_void;        /* its login was ended by another process: to be ended in the backend */
    unsigned calls;      /* of this operation that are in the backend now */
    PfInitFunction init; /* began it; NULL: nothing is known to go on */
    CK_MECHANISM_TYPE mechanism;
} PfOperation;

typedef struct PfCall PfCall;

/* C_SignInit and its kind: with a private key a window opens, and stays until the operation ends
 * (DESIGN 4.2). Without a mechanism it cancels (PKCS#11 3.0, 5.13.1), and needs none. */
CK_RV pf_operation_init(PfCall *call, PfOperationKind kind, PfInitFunction init,
                        CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key);

/* Around each further call of an operation. IS_LAST: this function ends it unless RV says that it
 * goes on: a size query (IS_QUERY and CKR_OK), or CKR_BUFFER_TOO_SMALL. Returns RV. */
void pf_operation_enter(PfCall *call, PfOperationKind kind);
CK_RV pf_operation_leave(PfCall *call, PfOperationKind kind, CK_RV rv, bool is_last, bool is_query);

/* The operation was cancelled in the backend, if one was active at all. IS_CERTAIN: if not, it may
 * have been; the backend is asked. */
void pf_operation_cancelled(PfCall *call, PfOperationKind kind, bool is_certain);

/* The caller's window becomes that of an operation of which the kind is not known. */
void pf_operation_restored(PfCall *call);

/* The login in which the session's operations hold a window was ended over its head: what they
 * would make must not be made any more. They are ended by the session's next call, as no other
 * thread may. */
void pf_operation_void_all(PfCall *call);

/* Does that, for a call on a session of which is_void says so. */
void pf_operation_end_void(PfCall *call);

/* Ends what the session's operations hold: it is being closed or logged out. */
void pf_operation_drop_all(PfCall *call);
