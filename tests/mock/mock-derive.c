/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock's derivations: two keys joined, and the four keys of a connection. */
#include <string.h>

#include "mechanism-params.h"
#include "mock-state.h"

static const PfMockObject *
get_key(CK_OBJECT_HANDLE handle)
{
    return pf_mock_object_get(handle, pf_mock_state_is_user());
}

/* A session key that is private if the template does not say that it is not. */
static CK_RV
make_key(CK_SESSION_HANDLE session, const CK_ATTRIBUTE *templ, CK_ULONG count, const CK_BYTE *value,
         CK_ULONG size, CK_OBJECT_HANDLE *ret_key)
{
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_BBOOL truth = CK_TRUE, lie = CK_FALSE;
    PfMockObject *key;

    key = pf_mock_object_create(NULL, NULL, 0, session);
    if (key == NULL)
        return CKR_DEVICE_MEMORY;
    pf_mock_object_set(key, CKA_CLASS, &class, sizeof(class));
    pf_mock_object_set(key, CKA_TOKEN, &lie, 1);
    pf_mock_object_set(key, CKA_PRIVATE, &truth, 1);
    for (CK_ULONG i = 0; i < count; i++)
        pf_mock_object_set(key, templ[i].type, templ[i].pValue, templ[i].ulValueLen);
    pf_mock_object_set(key, CKA_VALUE, value, size);
    if (pf_mock_object_is(key, CKA_TOKEN))
        key->session = 0;
    *ret_key = key->handle;
    return CKR_OK;
}

static CK_RV
join(CK_SESSION_HANDLE session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
     const CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE *derived)
{
    CK_BYTE value[128];
    CK_ULONG size = 0;
    CK_OBJECT_HANDLE handles[2] = {base};

    if (mechanism->ulParameterLen != sizeof(handles[1]))
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&handles[1], mechanism->pParameter, sizeof(handles[1]));
    for (int i = 0; i < 2; i++) {
        const PfMockObject *key = get_key(handles[i]);
        const CK_ATTRIBUTE *part = key != NULL ? pf_mock_object_find(key, CKA_VALUE) : NULL;

        if (part == NULL || size + part->ulValueLen > sizeof(value))
            return CKR_KEY_HANDLE_INVALID;
        memcpy(value + size, part->pValue, part->ulValueLen);
        size += part->ulValueLen;
    }
    return make_key(session, templ, count, value, size, derived);
}

/* Without MACs, as with ciphers that need none. */
static CK_RV
make_connection(CK_SESSION_HANDLE session, const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
                const CK_ATTRIBUTE *templ, CK_ULONG count)
{
    const PfSsl3Params *params = mechanism->pParameter;
    PfKeyMaterial *out = params->pReturnedKeyMaterial;
    CK_RV rv;

    if (get_key(base) == NULL)
        return CKR_KEY_HANDLE_INVALID;
    out->hClientMacSecret = out->hServerMacSecret = CK_INVALID_HANDLE;
    rv = make_key(session, templ, count, (const CK_BYTE *)"client", 6, &out->hClientKey);
    if (rv == CKR_OK)
        rv = make_key(session, templ, count, (const CK_BYTE *)"server", 6, &out->hServerKey);
    return rv;
}

CK_RV
pf_mock_DeriveKey(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE base,
                  CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE *derived)
{
    if (pf_mock_state_get_session(session) == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (!pf_mock_state_is_user())
        return CKR_USER_NOT_LOGGED_IN;
    switch (mechanism->mechanism) {
    case CKM_CONCATENATE_BASE_AND_KEY:
        return join(session, mechanism, base, templ, count, derived);
    case CKM_SSL3_KEY_AND_MAC_DERIVE:
        return make_connection(session, mechanism, base, templ, count);
    default:
        return CKR_MECHANISM_INVALID;
    }
}
