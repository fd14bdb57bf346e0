/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock's signatures (a checkable hash of key and data) and ciphers (exclusive or). */
#include "mock-state.h"

#include <stdio.h>
#include <string.h>

#define FNV_START 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

static const struct {
    CK_ATTRIBUTE_TYPE permission;
    CK_OBJECT_CLASS class;
} needs[PF_MOCK_N_OPERATIONS] = {
    [PF_MOCK_SIGN] = {CKA_SIGN, CKO_PRIVATE_KEY},
    [PF_MOCK_VERIFY] = {CKA_VERIFY, CKO_PUBLIC_KEY},
    [PF_MOCK_ENCRYPT] = {CKA_ENCRYPT, CKO_PUBLIC_KEY},
    [PF_MOCK_DECRYPT] = {CKA_DECRYPT, CKO_PRIVATE_KEY},
};

static bool
suits(const PfMockObject *key, CK_MECHANISM_TYPE mechanism, PfMockOperationKind kind)
{
    CK_OBJECT_CLASS class = pf_mock_object_number(key, CKA_CLASS);

    if (mechanism == CKM_AES_ECB)
        return class == CKO_SECRET_KEY && (kind == PF_MOCK_ENCRYPT || kind == PF_MOCK_DECRYPT);
    return class == needs[kind].class;
}

CK_RV
pf_mock_operation_begin(PfMockOperation *operation, const CK_MECHANISM *mechanism,
                        CK_OBJECT_HANDLE handle, PfMockOperationKind kind)
{
    const PfMockObject *key;
    const CK_ATTRIBUTE *id;

    if (mechanism == NULL)
        return CKR_ARGUMENTS_BAD;
    if (operation->active)
        return CKR_OPERATION_ACTIVE;
    if (mechanism->mechanism != CKM_RSA_PKCS && mechanism->mechanism != CKM_SHA256_RSA_PKCS &&
        mechanism->mechanism != CKM_AES_ECB)
        return CKR_MECHANISM_INVALID;
    key = pf_mock_object_get(handle, pf_mock_state_is_user() || !pf_mock.script->enforces_login);
    if (key == NULL)
        return CKR_KEY_HANDLE_INVALID;
    if (!suits(key, mechanism->mechanism, kind))
        return CKR_KEY_TYPE_INCONSISTENT;
    if (!pf_mock_object_is(key, needs[kind].permission))
        return CKR_KEY_FUNCTION_NOT_PERMITTED;

    id = pf_mock_object_find(key, CKA_ID);
    memset(operation, 0, sizeof(*operation));
    operation->active = true;
    operation->wants_context = pf_mock_object_is(key, CKA_ALWAYS_AUTHENTICATE);
    operation->needs_context = operation->wants_context;
    operation->key_id = id != NULL && id->ulValueLen > 0 ? *(CK_BYTE *)id->pValue : 0;
    pf_mock_operation_restart(operation);
    return CKR_OK;
}

void
pf_mock_operation_restart(PfMockOperation *operation)
{
    operation->hash = (FNV_START ^ operation->key_id) * FNV_PRIME;
}

void
pf_mock_operation_hash(PfMockOperation *operation, const CK_BYTE *data, CK_ULONG size)
{
    for (CK_ULONG i = 0; i < size; i++)
        operation->hash = (operation->hash ^ data[i]) * FNV_PRIME;
}

void
pf_mock_operation_sign(const PfMockOperation *operation, CK_BYTE *signature)
{
    char text[64];
    int len = snprintf(text, sizeof(text), "mock-signature:%02x:%016llx", operation->key_id,
                       (unsigned long long)operation->hash);
    memset(signature, '.', PF_MOCK_SIGNATURE_SIZE);
    memcpy(signature, text, (size_t)len);
}

void
pf_mock_operation_cipher(const PfMockOperation *operation, const CK_BYTE *in, CK_ULONG size,
                         CK_BYTE *out)
{
    for (CK_ULONG i = 0; i < size; i++)
        out[i] = in[i] ^ (CK_BYTE)(0x5a + operation->key_id);
}

static CK_RV
init(CK_SESSION_HANDLE session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE handle,
     PfMockOperationKind kind)
{
    PfMockSession *own = pf_mock_state_get_session(session);

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    return pf_mock_operation_begin(&own->operations[kind], mechanism, handle, kind);
}

/* The running operation; a failure ends it. */
static CK_RV
get_operation(CK_SESSION_HANDLE session, PfMockOperationKind kind, PfMockOperation **ret_operation)
{
    PfMockSession *own = pf_mock_state_get_session(session);

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (!own->operations[kind].active)
        return CKR_OPERATION_NOT_INITIALIZED;
    if (own->operations[kind].needs_context) {
        own->operations[kind].active = false;
        return CKR_USER_NOT_LOGGED_IN;
    }
    *ret_operation = &own->operations[kind];
    return CKR_OK;
}

static CK_RV
update(CK_SESSION_HANDLE session, PfMockOperationKind kind, const CK_BYTE *part, CK_ULONG size)
{
    PfMockOperation *operation;
    CK_RV rv = get_operation(session, kind, &operation);

    if (rv != CKR_OK)
        return rv;
    pf_mock_operation_hash(operation, part, size);
    operation->updated = true;
    return CKR_OK;
}

static CK_RV
sign(CK_SESSION_HANDLE session, const CK_BYTE *data, CK_ULONG size, CK_BYTE *signature,
     CK_ULONG *signature_len)
{
    PfMockOperation *operation;
    CK_ULONG room = *signature_len;
    CK_RV rv = get_operation(session, PF_MOCK_SIGN, &operation);

    if (rv != CKR_OK)
        return rv;
    *signature_len = PF_MOCK_SIGNATURE_SIZE;
    if (signature == NULL)
        return CKR_OK;
    if (room < PF_MOCK_SIGNATURE_SIZE)
        return CKR_BUFFER_TOO_SMALL;
    pf_mock_operation_hash(operation, data, size);
    pf_mock_operation_sign(operation, signature);
    operation->active = false;
    return CKR_OK;
}

static CK_RV
verify(CK_SESSION_HANDLE session, const CK_BYTE *data, CK_ULONG size, const CK_BYTE *signature,
       CK_ULONG signature_len)
{
    CK_BYTE right[PF_MOCK_SIGNATURE_SIZE];
    PfMockOperation *operation;
    CK_RV rv = get_operation(session, PF_MOCK_VERIFY, &operation);

    if (rv != CKR_OK)
        return rv;
    operation->active = false;
    if (signature_len != PF_MOCK_SIGNATURE_SIZE)
        return CKR_SIGNATURE_LEN_RANGE;
    pf_mock_operation_hash(operation, data, size);
    pf_mock_operation_sign(operation, right);
    return memcmp(right, signature, PF_MOCK_SIGNATURE_SIZE) == 0 ? CKR_OK : CKR_SIGNATURE_INVALID;
}

/* One part of a cipher; the last one ends the operation. */
static CK_RV
cipher(CK_SESSION_HANDLE session, PfMockOperationKind kind, const CK_BYTE *in, CK_ULONG size,
       CK_BYTE *out, CK_ULONG *out_size, bool last)
{
    PfMockOperation *operation;
    CK_ULONG room = *out_size;
    CK_RV rv = get_operation(session, kind, &operation);

    if (rv != CKR_OK)
        return rv;
    *out_size = size;
    if (out == NULL)
        return CKR_OK;
    if (room < size)
        return CKR_BUFFER_TOO_SMALL;
    pf_mock_operation_cipher(operation, in, size, out);
    operation->active = !last;
    return CKR_OK;
}

#define INIT(Name, kind)                                                                           \
    CK_RV pf_mock_##Name##Init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,                 \
                               CK_OBJECT_HANDLE key)                                               \
    {                                                                                              \
        return init(session, mechanism, key, kind);                                                \
    }
INIT(Sign, PF_MOCK_SIGN)
INIT(Verify, PF_MOCK_VERIFY)
INIT(Encrypt, PF_MOCK_ENCRYPT)
INIT(Decrypt, PF_MOCK_DECRYPT)

#define CIPHER(Name, kind)                                                                         \
    CK_RV pf_mock_##Name(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_size, CK_BYTE *out,   \
                         CK_ULONG *out_size)                                                       \
    {                                                                                              \
        return cipher(session, kind, in, in_size, out, out_size, true);                            \
    }                                                                                              \
    CK_RV pf_mock_##Name##Update(CK_SESSION_HANDLE session, CK_BYTE *in, CK_ULONG in_size,         \
                                 CK_BYTE *out, CK_ULONG *out_size)                                 \
    {                                                                                              \
        return cipher(session, kind, in, in_size, out, out_size, false);                           \
    }                                                                                              \
    CK_RV pf_mock_##Name##Final(CK_SESSION_HANDLE session, CK_BYTE *out, CK_ULONG *out_size)       \
    {                                                                                              \
        return cipher(session, kind, NULL, 0, out, out_size, true);                                \
    }
CIPHER(Encrypt, PF_MOCK_ENCRYPT)
CIPHER(Decrypt, PF_MOCK_DECRYPT)

CK_RV
pf_mock_Sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature,
             CK_ULONG *signature_len)
{
    return sign(session, data, data_len, signature, signature_len);
}

CK_RV
pf_mock_SignUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG part_len)
{
    return update(session, PF_MOCK_SIGN, part, part_len);
}

CK_RV
pf_mock_SignFinal(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG *signature_len)
{
    return sign(session, NULL, 0, signature, signature_len);
}

CK_RV
pf_mock_Verify(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len, CK_BYTE *signature,
               CK_ULONG signature_len)
{
    return verify(session, data, data_len, signature, signature_len);
}

CK_RV
pf_mock_VerifyUpdate(CK_SESSION_HANDLE session, CK_BYTE *part, CK_ULONG part_len)
{
    return update(session, PF_MOCK_VERIFY, part, part_len);
}

CK_RV
pf_mock_VerifyFinal(CK_SESSION_HANDLE session, CK_BYTE *signature, CK_ULONG signature_len)
{
    return verify(session, NULL, 0, signature, signature_len);
}
