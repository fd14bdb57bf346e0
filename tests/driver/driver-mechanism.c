/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Reads a mechanism with its parameters: NAME, NAME:IV, NAME:HASH and the like. */
#include "driver-call.h"

#include <stdlib.h>
#include <string.h>

#include "p11-name.h"

static const struct {
    const char *name;
    CK_MECHANISM_TYPE hash;
    CK_RSA_PKCS_MGF_TYPE mgf;
    CK_ULONG size;
} hashes[] = {
    {"SHA1", CKM_SHA_1, CKG_MGF1_SHA1, 20},
    {"SHA256", CKM_SHA256, CKG_MGF1_SHA256, 32},
    {"SHA384", CKM_SHA384, CKG_MGF1_SHA384, 48},
    {"SHA512", CKM_SHA512, CKG_MGF1_SHA512, 64},
};

static void
set_parameter(PfDriverMechanism *mechanism, void *data, CK_ULONG size)
{
    mechanism->mechanism.pParameter = data;
    mechanism->mechanism.ulParameterLen = size;
}

static bool
set_hash(PfDriverMechanism *mechanism, const char *name)
{
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
        if (strcmp(hashes[i].name, name) != 0)
            continue;
        if (mechanism->mechanism.mechanism == CKM_RSA_PKCS_OAEP) {
            mechanism->params.oaep.hashAlg = hashes[i].hash;
            mechanism->params.oaep.mgf = hashes[i].mgf;
            mechanism->params.oaep.source = CKZ_DATA_SPECIFIED;
            set_parameter(mechanism, &mechanism->params.oaep, sizeof(mechanism->params.oaep));
        } else {
            mechanism->params.pss.hashAlg = hashes[i].hash;
            mechanism->params.pss.mgf = hashes[i].mgf;
            mechanism->params.pss.sLen = hashes[i].size;
            set_parameter(mechanism, &mechanism->params.pss, sizeof(mechanism->params.pss));
        }
        return true;
    }
    return false;
}

/* "key=NUMBER" is an object handle, "connection" asks for the keys of one. */
static bool
set_keys(PfDriverMechanism *mechanism, const char *text)
{
    if (strncmp(text, "key=", 4) == 0) {
        mechanism->params.key = strtoul(text + 4, NULL, 10);
        set_parameter(mechanism, &mechanism->params.key, sizeof(mechanism->params.key));
        return true;
    }
    if (strcmp(text, "connection") != 0)
        return false;
    mechanism->params.connection.pReturnedKeyMaterial = &mechanism->made;
    set_parameter(mechanism, &mechanism->params.connection, sizeof(mechanism->params.connection));
    return true;
}

static bool
set_bytes(PfDriverMechanism *mechanism, char *text)
{
    char *second = strchr(text, ':');

    if (second != NULL)
        *second++ = '\0';
    if (!pf_driver_bytes_parse(text, false, &mechanism->first) ||
        (second != NULL && !pf_driver_bytes_parse(second, false, &mechanism->second)))
        return false;

    switch (mechanism->mechanism.mechanism) {
    case CKM_AES_GCM:
        mechanism->params.gcm.pIv = mechanism->first.data;
        mechanism->params.gcm.ulIvLen = mechanism->first.size;
        mechanism->params.gcm.ulIvBits = mechanism->first.size * 8;
        mechanism->params.gcm.pAAD = mechanism->second.data;
        mechanism->params.gcm.ulAADLen = mechanism->second.size;
        mechanism->params.gcm.ulTagBits = 128;
        set_parameter(mechanism, &mechanism->params.gcm, sizeof(mechanism->params.gcm));
        return true;
    case CKM_ECDH1_DERIVE:
    case CKM_ECDH1_COFACTOR_DERIVE:
        mechanism->params.ecdh.kdf = CKD_NULL;
        mechanism->params.ecdh.pPublicData = mechanism->first.data;
        mechanism->params.ecdh.ulPublicDataLen = mechanism->first.size;
        set_parameter(mechanism, &mechanism->params.ecdh, sizeof(mechanism->params.ecdh));
        return true;
    default:
        set_parameter(mechanism, mechanism->first.data, mechanism->first.size);
        return second == NULL;
    }
}

bool
pf_driver_call_mechanism(PfDriverCall *call, int index, PfDriverMechanism *ret_mechanism)
{
    char *name;
    char *argument;

    if (index >= call->argc) {
        pf_driver_reply_set_error(call->reply, "mechanism missing");
        return false;
    }
    memset(ret_mechanism, 0, sizeof(*ret_mechanism));
    name = strdupa(call->argv[index]);
    argument = strchr(name, ':');
    if (argument != NULL)
        *argument++ = '\0';
    if (!pf_p11_name_parse(PF_P11_MECHANISM, name, &ret_mechanism->mechanism.mechanism) ||
        (argument != NULL && !set_hash(ret_mechanism, argument) &&
         !set_keys(ret_mechanism, argument) && !set_bytes(ret_mechanism, argument))) {
        pf_driver_reply_set_error(call->reply, "bad mechanism: %s", call->argv[index]);
        pf_driver_mechanism_clear(ret_mechanism);
        return false;
    }
    return true;
}

void
pf_driver_mechanism_clear(PfDriverMechanism *mechanism)
{
    pf_driver_bytes_clear(&mechanism->first);
    pf_driver_bytes_clear(&mechanism->second);
}
