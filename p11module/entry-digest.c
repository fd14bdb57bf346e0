/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions that digest: no key, no login, passed through (PKCS#11 2.40, 5.10). */
#include "function-list.h"
#include "task.h"

CK_RV
C_DigestInit(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    return pf_call_end(&call, PF_BACKEND_CALL(call.backend, C_DigestInit, call.real, mechanism));
}

CK_RV
C_Digest(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out, CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    return pf_call_end(&call, PF_BACKEND_CALL(call.backend, C_Digest, call.real, in, in_len, out,
                                              out_len));
}

CK_RV
C_DigestUpdate(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    return pf_call_end(&call, PF_BACKEND_CALL(call.backend, C_DigestUpdate, call.real, in, in_len));
}

CK_RV
C_DigestFinal(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *out_len)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    return pf_call_end(&call,
                       PF_BACKEND_CALL(call.backend, C_DigestFinal, call.real, out, out_len));
}

static CK_RV
run_digest_key(PfTask *task)
{
    return PF_BACKEND_CALL(task->call->backend, C_DigestKey, task->call->real, task->real[0]);
}

CK_RV
C_DigestKey(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)
{
    PfCall call;
    CK_RV rv = pf_call_begin(&call, session);
    if (rv != CKR_OK)
        return rv;
    PfTask task = {.call = &call,
                   .inputs = {key},
                   .input_count = 1,
                   .run = run_digest_key,
                   .operation = "digest"};
    return pf_call_end(&call, pf_task_run(&task));
}
