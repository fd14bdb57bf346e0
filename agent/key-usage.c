/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Key usage, read by OpenSSL. */
#include "key-usage.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* Bits of KeyUsage (RFC 5280, 4.2.1.3). */
#define NON_REPUDIATION 1
#define USES            9

static gboolean
is_non_repudiation(const ASN1_BIT_STRING *usage)
{
    gboolean is_only = TRUE;
    for (int bit = 0; bit < USES; bit++)
        is_only &= ASN1_BIT_STRING_get_bit(usage, bit) == (bit == NON_REPUDIATION);
    return is_only;
}

/* Of the extensions this one alone is read: the others are nobody's business here, and one that
 * cannot be read says nothing of the key. */
gboolean
pf_key_usage_is_signature_only(GBytes *certificate)
{
    gsize size;
    const unsigned char *der = g_bytes_get_data(certificate, &size);
    X509 *x509 = d2i_X509(NULL, &der, (long)size);
    ASN1_BIT_STRING *usage =
        x509 != NULL ? X509_get_ext_d2i(x509, NID_key_usage, NULL, NULL) : NULL;
    gboolean is_only = usage != NULL && is_non_repudiation(usage);
    ASN1_BIT_STRING_free(usage);
    X509_free(x509);
    ERR_clear_error();
    return is_only;
}
