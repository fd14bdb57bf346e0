/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Parameters of mechanisms that hold object handles, under names of our own because only newer
 * headers have them: CK_X9_42_DH2_DERIVE_PARAMS, CK_ECMQV_DERIVE_PARAMS and
 * CK_X9_42_MQV_DERIVE_PARAMS, CK_HKDF_PARAMS, CK_SSL3_KEY_MAT_PARAMS and its _OUT,
 * CK_TLS12_KEY_MAT_PARAMS. */
#pragma once

#include <p11-kit/pkcs11.h>

#define PF_CKM_HKDF_DERIVE   0x0000402aUL
#define PF_CKM_HKDF_DATA     0x0000402bUL
#define PF_CKF_HKDF_SALT_KEY 0x00000004UL

typedef struct {
    CK_ULONG kdf;
    CK_ULONG ulSharedDataLen;
    CK_BYTE *pSharedData;
    CK_ULONG ulPublicDataLen;
    CK_BYTE *pPublicData;
    CK_ULONG ulPrivateDataLen;
    CK_OBJECT_HANDLE hPrivateData;
    CK_ULONG ulPublicDataLen2;
    CK_BYTE *pPublicData2;
} PfHybridParams;

typedef struct {
    CK_ULONG kdf;
    CK_ULONG ulSharedDataLen;
    CK_BYTE *pSharedData;
    CK_ULONG ulPublicDataLen;
    CK_BYTE *pPublicData;
    CK_ULONG ulPrivateDataLen;
    CK_OBJECT_HANDLE hPrivateData;
    CK_ULONG ulPublicDataLen2;
    CK_BYTE *pPublicData2;
    CK_OBJECT_HANDLE publicKey;
} PfMqvParams;

typedef struct {
    CK_BBOOL bExtract;
    CK_BBOOL bExpand;
    CK_MECHANISM_TYPE prfHashMechanism;
    CK_ULONG ulSaltType;
    CK_BYTE *pSalt;
    CK_ULONG ulSaltLen;
    CK_OBJECT_HANDLE hSaltKey;
    CK_BYTE *pInfo;
    CK_ULONG ulInfoLen;
} PfHkdfParams;

typedef struct {
    CK_OBJECT_HANDLE hClientMacSecret;
    CK_OBJECT_HANDLE hServerMacSecret;
    CK_OBJECT_HANDLE hClientKey;
    CK_OBJECT_HANDLE hServerKey;
    CK_BYTE *pIVClient;
    CK_BYTE *pIVServer;
} PfKeyMaterial;

typedef struct {
    CK_ULONG ulMacSizeInBits;
    CK_ULONG ulKeySizeInBits;
    CK_ULONG ulIVSizeInBits;
    CK_BBOOL bIsExport;
    struct {
        CK_BYTE *pClientRandom;
        CK_ULONG ulClientRandomLen;
        CK_BYTE *pServerRandom;
        CK_ULONG ulServerRandomLen;
    } RandomInfo;
    PfKeyMaterial *pReturnedKeyMaterial;
} PfSsl3Params;

/* Begins as PfSsl3Params does. */
typedef struct {
    PfSsl3Params ssl3;
    CK_MECHANISM_TYPE prfHashMechanism;
} PfTls12Params;
