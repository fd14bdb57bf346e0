/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Key usage, read by OpenSSL. */
#include "key-usage.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

gboolean
pf_key_usage_is_signature_only(GBytes *certificate)
{
    gsize size;
    const unsigned char *der = g_bytes_get_data(certificate, &size);
    X509 *x509 = d2i_X509(NULL, &der, (long)size);
    /* All bits, where there is no such extension; none, where it cannot be read. */
    guint32 usage = x509 != NULL ? X509_get_key_usage(x509) : 0;
    X509_free(x509);
    ERR_clear_error();
    return usage == KU_NON_REPUDIATION;
}
