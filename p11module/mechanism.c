/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One table says where the handles are. */
#include "mechanism.h"

#include <stddef.h>
#include <string.h>

static const struct {
    CK_MECHANISM_TYPE type;
    CK_ULONG size;
    unsigned count;
    size_t offsets[PF_MECHANISM_KEYS];
} with_keys[] = {
    {CKM_CONCATENATE_BASE_AND_KEY, sizeof(CK_OBJECT_HANDLE), 1, {0}},
    {PF_CKM_HKDF_DERIVE, sizeof(PfHkdfParams), 1, {offsetof(PfHkdfParams, hSaltKey)}},
    {PF_CKM_HKDF_DATA, sizeof(PfHkdfParams), 1, {offsetof(PfHkdfParams, hSaltKey)}},
    {CKM_X9_42_DH_HYBRID_DERIVE,
     sizeof(PfHybridParams),
     1,
     {offsetof(PfHybridParams, hPrivateData)}},
    {CKM_X9_42_MQV_DERIVE,
     sizeof(PfMqvParams),
     2,
     {offsetof(PfMqvParams, hPrivateData), offsetof(PfMqvParams, publicKey)}},
    {CKM_ECMQV_DERIVE,
     sizeof(PfMqvParams),
     2,
     {offsetof(PfMqvParams, hPrivateData), offsetof(PfMqvParams, publicKey)}},
};

#define WITH_KEYS (sizeof with_keys / sizeof *with_keys)

/* The mechanism's row, or WITH_KEYS. */
static size_t
find_row(const CK_MECHANISM *mechanism)
{
    size_t row = 0;
    if (mechanism == NULL || mechanism->pParameter == NULL)
        return WITH_KEYS;
    while (row < WITH_KEYS && (with_keys[row].type != mechanism->mechanism ||
                               with_keys[row].size != mechanism->ulParameterLen))
        row++;
    /* HKDF has a handle only where it says so. */
    if (row < WITH_KEYS && with_keys[row].size == sizeof(PfHkdfParams) &&
        ((const PfHkdfParams *)mechanism->pParameter)->ulSaltType != PF_CKF_HKDF_SALT_KEY)
        return WITH_KEYS;
    return row;
}

unsigned
pf_mechanism_list_keys(const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE keys[PF_MECHANISM_KEYS])
{
    size_t row = find_row(mechanism);
    if (row == WITH_KEYS)
        return 0;
    for (unsigned i = 0; i < with_keys[row].count; i++)
        memcpy(&keys[i], (const char *)mechanism->pParameter + with_keys[row].offsets[i],
               sizeof keys[i]);
    return with_keys[row].count;
}

CK_MECHANISM *
pf_mechanism_translate(CK_MECHANISM *mechanism, const CK_OBJECT_HANDLE *real,
                       PfMechanism *ret_mechanism)
{
    size_t row = find_row(mechanism);
    if (row == WITH_KEYS)
        return mechanism;
    ret_mechanism->mechanism = *mechanism;
    ret_mechanism->mechanism.pParameter = &ret_mechanism->parameter;
    memcpy(&ret_mechanism->parameter, mechanism->pParameter, with_keys[row].size);
    for (unsigned i = 0; i < with_keys[row].count; i++)
        memcpy((char *)&ret_mechanism->parameter + with_keys[row].offsets[i], &real[i],
               sizeof real[i]);
    return &ret_mechanism->mechanism;
}

static PfKeyMaterial *
get_key_material(const CK_MECHANISM *mechanism)
{
    CK_ULONG size = sizeof(PfSsl3Params);
    if (mechanism == NULL || mechanism->pParameter == NULL)
        return NULL;
    switch (mechanism->mechanism) {
    case CKM_TLS12_KEY_AND_MAC_DERIVE:
    case CKM_TLS12_KEY_SAFE_DERIVE:
        size = sizeof(PfTls12Params);
        break;
    case CKM_SSL3_KEY_AND_MAC_DERIVE:
    case CKM_TLS_KEY_AND_MAC_DERIVE:
        break;
    default:
        return NULL;
    }
    if (mechanism->ulParameterLen != size)
        return NULL;
    return ((const PfSsl3Params *)mechanism->pParameter)->pReturnedKeyMaterial;
}

unsigned
pf_mechanism_list_made(const CK_MECHANISM *mechanism, CK_OBJECT_HANDLE *places[PF_MECHANISM_MADE])
{
    PfKeyMaterial *material = get_key_material(mechanism);
    if (material == NULL)
        return 0;
    places[0] = &material->hClientMacSecret;
    places[1] = &material->hServerMacSecret;
    places[2] = &material->hClientKey;
    places[3] = &material->hServerKey;
    return 4;
}
