/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock's key pairs: the two objects of one, with the same public numbers each time. */
#include "mock-state.h"

static PfMockObject *
make_half(CK_OBJECT_CLASS class, const CK_ATTRIBUTE *templ, CK_ULONG count)
{
    static const CK_BYTE modulus[256] = {0xc5, 0x01, 0x02, 0x03, [255] = 0x0b};
    static const CK_BYTE exponent[] = {0x01, 0x00, 0x01};
    PfMockObject *half = pf_mock_object_create(NULL, templ, count, 0);

    if (half == NULL)
        return NULL;
    pf_mock_object_set(half, CKA_CLASS, &class, sizeof(class));
    pf_mock_object_set(half, CKA_MODULUS, modulus, sizeof(modulus));
    pf_mock_object_set(half, CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent));
    return half;
}

CK_RV
pf_mock_GenerateKeyPair(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                        CK_ATTRIBUTE *public_templ, CK_ULONG public_count,
                        CK_ATTRIBUTE *private_templ, CK_ULONG private_count,
                        CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key)
{
    PfMockObject *public;
    PfMockObject *private;

    if (!pf_mock.script->generates)
        return CKR_FUNCTION_NOT_SUPPORTED;
    if (pf_mock_state_get_session(session) == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (mechanism->mechanism != CKM_RSA_PKCS_KEY_PAIR_GEN)
        return CKR_MECHANISM_INVALID;
    if (!pf_mock_state_is_user())
        return CKR_USER_NOT_LOGGED_IN;
    public = make_half(CKO_PUBLIC_KEY, public_templ, public_count);
    private = make_half(CKO_PRIVATE_KEY, private_templ, private_count);
    if (public == NULL || private == NULL)
        return CKR_DEVICE_MEMORY;
    *public_key = public->handle;
    *private_key = private->handle;
    return CKR_OK;
}
