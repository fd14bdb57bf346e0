/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKeydata: a key pair, in the attributes that PKCS#11 has for it. */
#pragma once

#include <glib.h>
#include <openssl/evp.h>

#include <p11-kit/pkcs11.h>

#define PF_TOKENS_KEYDATA_ID_SIZE 20u

typedef struct PfTokensKeydata PfTokensKeydata;

/* Takes KEY, RSA or EC, apart, in memory that is wiped; NULL where it is not to be had so. Free
 * with pf_tokens_keydata_free(). */
PfTokensKeydata *pf_tokens_keydata_new(EVP_PKEY *key);

/* NULL is fine. */
void pf_tokens_keydata_free(PfTokensKeydata *keydata);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfTokensKeydata, pf_tokens_keydata_free)

/* The attributes of either half, without those that every object has; valid as long as KEYDATA. */
const CK_ATTRIBUTE *pf_tokens_keydata_get_private(const PfTokensKeydata *keydata,
                                                  CK_ULONG *ret_count);
const CK_ATTRIBUTE *pf_tokens_keydata_get_public(const PfTokensKeydata *keydata,
                                                 CK_ULONG *ret_count);

/* CKA_ID of a key as NSS makes it, so that programs with either find key and certificate together:
 * SHA-1 of the modulus, or of the point. KEY may be a public one. FALSE where it cannot be had. */
gboolean pf_tokens_keydata_make_id(EVP_PKEY *key, CK_BYTE ret_id[PF_TOKENS_KEYDATA_ID_SIZE]);

/* That of the pair. */
const CK_BYTE *pf_tokens_keydata_get_id(const PfTokensKeydata *keydata);

/* Can SLOT do anything with such a key? */
gboolean pf_tokens_keydata_fits(const PfTokensKeydata *keydata, CK_FUNCTION_LIST *p11,
                                CK_SLOT_ID slot);
