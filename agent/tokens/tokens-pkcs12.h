/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensPkcs12: the keys and certificates of a .p12 file, out of their wrapping. */
#pragma once

#include <glib.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "secret.h"
#include "tokens-fault.h"

#define PF_TOKENS_PKCS12_SIZE_MAX  (1024ul * 1024u)
#define PF_TOKENS_PKCS12_ITEMS_MAX 64u /* keys, and certificates */

typedef struct {
    EVP_PKEY *key;
    X509 *certificate;   /* the key's; NULL: it has none. Also in `certificates` */
    gboolean has_issuer; /* the issuer's certificate is in the file, or it is its own */
    char *label;         /* UTF-8; "" where nothing names it */
} PfTokensIdentity;

typedef struct {
    GPtrArray *identities;   /* of PfTokensIdentity, one for each key */
    GPtrArray *certificates; /* of X509, all of them */
} PfTokensPkcs12;

/* Reads FD from its beginning. PASSWORD NULL: the empty one. Faults: bad-file, file-too-large,
 * wrong-password, file-algorithm (OpenSSL, or its provider of old ciphers, does not have it),
 * no-key, unsupported-key (neither RSA nor EC). */
PfTokensFault pf_tokens_pkcs12_read(int fd, const PfSecret *password, PfTokensPkcs12 **ret_content);

/* NULL is fine. */
void pf_tokens_pkcs12_free(PfTokensPkcs12 *content);

/* What CERTIFICATE's subject is called, or "". Free with g_free(). */
char *pf_tokens_pkcs12_dup_common_name(X509 *certificate);
