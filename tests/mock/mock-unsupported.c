/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The functions that the mock token does not have; scripted answers work for them as well. */
#include "mock-state.h"

#define SESSION  CK_SESSION_HANDLE session
#define IN_OUT   SESSION, CK_BYTE *in, CK_ULONG in_size, CK_BYTE *out, CK_ULONG *out_size
#define WITH_KEY SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key

#define UNSUPPORTED(name, ...)                                                                     \
    CK_RV pf_mock_##name(__VA_ARGS__)                                                              \
    {                                                                                              \
        return CKR_FUNCTION_NOT_SUPPORTED;                                                         \
    }

UNSUPPORTED(GetOperationState, SESSION, CK_BYTE *state, CK_ULONG *size)
UNSUPPORTED(SetOperationState, SESSION, CK_BYTE *state, CK_ULONG size, CK_OBJECT_HANDLE key,
            CK_OBJECT_HANDLE authentication_key)
UNSUPPORTED(DigestInit, SESSION, CK_MECHANISM *mechanism)
UNSUPPORTED(Digest, IN_OUT)
UNSUPPORTED(DigestUpdate, SESSION, CK_BYTE *part, CK_ULONG size)
UNSUPPORTED(DigestKey, SESSION, CK_OBJECT_HANDLE key)
UNSUPPORTED(DigestFinal, SESSION, CK_BYTE *digest, CK_ULONG *size)
UNSUPPORTED(SignRecoverInit, WITH_KEY)
UNSUPPORTED(SignRecover, IN_OUT)
UNSUPPORTED(VerifyRecoverInit, WITH_KEY)
UNSUPPORTED(VerifyRecover, IN_OUT)
UNSUPPORTED(DigestEncryptUpdate, IN_OUT)
UNSUPPORTED(DecryptDigestUpdate, IN_OUT)
UNSUPPORTED(SignEncryptUpdate, IN_OUT)
UNSUPPORTED(DecryptVerifyUpdate, IN_OUT)
UNSUPPORTED(GenerateKey, SESSION, CK_MECHANISM *mechanism, CK_ATTRIBUTE *templ, CK_ULONG count,
            CK_OBJECT_HANDLE *key)
UNSUPPORTED(WrapKey, SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE wrapping_key,
            CK_OBJECT_HANDLE key, CK_BYTE *wrapped, CK_ULONG *size)
UNSUPPORTED(UnwrapKey, SESSION, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE unwrapping_key,
            CK_BYTE *wrapped, CK_ULONG size, CK_ATTRIBUTE *templ, CK_ULONG count,
            CK_OBJECT_HANDLE *key)
UNSUPPORTED(SeedRandom, SESSION, CK_BYTE *seed, CK_ULONG size)

/* Deterministic on purpose: a test token, and a test that compares. */
CK_RV
pf_mock_GenerateRandom(CK_SESSION_HANDLE session, CK_BYTE *random_data, CK_ULONG random_len)
{
    if (pf_mock_state_get_session(session) == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    for (CK_ULONG i = 0; i < random_len; i++)
        random_data[i] = (CK_BYTE)(i * 37 + 11);
    return CKR_OK;
}

CK_RV
pf_mock_GetFunctionStatus(CK_SESSION_HANDLE session)
{
    return CKR_FUNCTION_NOT_PARALLEL;
}

CK_RV
pf_mock_CancelFunction(CK_SESSION_HANDLE session)
{
    return CKR_FUNCTION_NOT_PARALLEL;
}
