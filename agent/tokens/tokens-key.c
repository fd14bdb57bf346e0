/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKey: the plainest mechanism of each kind of key. */
#include "tokens-key.h"

#include "tokens-object.h"

/* Enough for RSA-16384. */
#define BLOCK_MAX 2048u
#define HASH_SIZE 32u

static const struct {
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE mechanism;
} sign_mechanisms[] = {
    {CKK_RSA, CKM_RSA_PKCS},    {CKK_RSA, CKM_SHA256_RSA_PKCS}, {CKK_EC, CKM_ECDSA},
    {CKK_EC, CKM_ECDSA_SHA256}, {CKK_EC_EDWARDS, CKM_EDDSA},
};

CK_RV
pf_tokens_key_find_private(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                           CK_OBJECT_HANDLE ret_handles[PF_TOKENS_KEY_OBJECTS_MAX],
                           CK_ULONG *ret_count)
{
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE is_private = {CKA_PRIVATE, &yes, sizeof yes};
    return pf_tokens_object_find(p11, session, &is_private, 1, ret_handles,
                                 PF_TOKENS_KEY_OBJECTS_MAX, ret_count);
}

static gboolean
has_mechanism(CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, CK_MECHANISM_TYPE mechanism, CK_FLAGS use)
{
    CK_MECHANISM_INFO info = {0};
    return p11->C_GetMechanismInfo(slot, mechanism, &info) == CKR_OK && (info.flags & use) != 0;
}

static gboolean
can_sign(CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
         PfTokensKey *ret_key)
{
    CK_KEY_TYPE type;
    if (!pf_tokens_object_is(p11, session, object, CKA_SIGN) ||
        !pf_tokens_object_get_number(p11, session, object, CKA_KEY_TYPE, &type))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(sign_mechanisms); i++) {
        if (sign_mechanisms[i].type != type ||
            !has_mechanism(p11, slot, sign_mechanisms[i].mechanism, CKF_SIGN))
            continue;
        *ret_key = (PfTokensKey){object, sign_mechanisms[i].mechanism, TRUE, HASH_SIZE};
        return TRUE;
    }
    return FALSE;
}

/* By raw RSA: every number below the modulus is something to decrypt, none has to be made. */
static gboolean
can_decrypt(CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, CK_SESSION_HANDLE session,
            CK_OBJECT_HANDLE object, PfTokensKey *ret_key)
{
    CK_KEY_TYPE type;
    CK_ATTRIBUTE modulus = {CKA_MODULUS, NULL, 0};
    if (!pf_tokens_object_is(p11, session, object, CKA_DECRYPT) ||
        !pf_tokens_object_get_number(p11, session, object, CKA_KEY_TYPE, &type) ||
        type != CKK_RSA || !has_mechanism(p11, slot, CKM_RSA_X_509, CKF_DECRYPT) ||
        p11->C_GetAttributeValue(session, object, &modulus, 1) != CKR_OK ||
        modulus.ulValueLen > BLOCK_MAX)
        return FALSE;
    *ret_key = (PfTokensKey){object, CKM_RSA_X_509, FALSE, modulus.ulValueLen};
    return TRUE;
}

PfTokensKey
pf_tokens_key_choose(CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, CK_SESSION_HANDLE session,
                     const CK_OBJECT_HANDLE *handles, gsize count)
{
    PfTokensKey key = {.handle = CK_INVALID_HANDLE};
    for (gsize i = 0; i < count; i++) {
        CK_OBJECT_CLASS class;
        if (!pf_tokens_object_get_number(p11, session, handles[i], CKA_CLASS, &class) ||
            class != CKO_PRIVATE_KEY ||
            pf_tokens_object_is(p11, session, handles[i], CKA_ALWAYS_AUTHENTICATE))
            continue;
        if (can_sign(p11, slot, session, handles[i], &key))
            return key;
        if (key.handle == CK_INVALID_HANDLE)
            can_decrypt(p11, slot, session, handles[i], &key);
    }
    return key;
}

CK_RV
pf_tokens_key_begin(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, const PfTokensKey *key)
{
    CK_MECHANISM mechanism = {key->mechanism, NULL, 0};
    return key->signs ? p11->C_SignInit(session, &mechanism, key->handle)
                      : p11->C_DecryptInit(session, &mechanism, key->handle);
}

CK_RV
pf_tokens_key_complete(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, const PfTokensKey *key)
{
    CK_BYTE in[BLOCK_MAX] = {0};
    CK_BYTE out[BLOCK_MAX];
    CK_ULONG out_len = sizeof out;
    in[key->input_size - 1] = 2;
    return key->signs ? p11->C_Sign(session, in, key->input_size, out, &out_len)
                      : p11->C_Decrypt(session, in, key->input_size, out, &out_len);
}
