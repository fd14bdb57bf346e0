/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Certificate facts: RFC 5280, 4.2.1.3 and 4.2.1.12. */
#include "certificate-facts.h"

#include <openssl/x509v3.h>
#include <time.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)

#define KU_ENCRYPT (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT)

/* What an extended key usage lets the key be used for, if its key usage does too. */
static PfCertificateUse
get_uses_of_purpose(int nid)
{
    switch (nid) {
    case NID_client_auth:
    case NID_ms_smartcard_login:
    case NID_pkInitClientAuth:
        return PF_CERTIFICATE_USE_AUTHENTICATE;
    case NID_email_protect:
        return PF_CERTIFICATE_USE_SIGN | PF_CERTIFICATE_USE_ENCRYPT;
    case NID_code_sign:
    case NID_ms_code_ind:
    case NID_ms_code_com:
    case NID_time_stamp:
    case NID_OCSP_sign:
        return PF_CERTIFICATE_USE_SIGN;
    case NID_ms_efs:
        return PF_CERTIFICATE_USE_ENCRYPT;
    case NID_anyExtendedKeyUsage:
        return PF_CERTIFICATE_USE_SIGN | PF_CERTIFICATE_USE_ENCRYPT |
               PF_CERTIFICATE_USE_AUTHENTICATE;
    default:
        return 0;
    }
}

/* Without the extension: everything that there is a word for. */
static PfCertificateUse
get_uses_of_purposes(const EXTENDED_KEY_USAGE *purposes)
{
    PfCertificateUse uses = 0;
    if (purposes == NULL)
        return get_uses_of_purpose(NID_anyExtendedKeyUsage);
    for (int i = 0; i < sk_ASN1_OBJECT_num(purposes); i++)
        uses |= get_uses_of_purpose(OBJ_obj2nid(sk_ASN1_OBJECT_value(purposes, i)));
    return uses;
}

/* The same of the key usage. */
static PfCertificateUse
get_uses_of_key(guint32 usage)
{
    PfCertificateUse uses = 0;
    if ((usage & KU_DIGITAL_SIGNATURE) != 0)
        uses |= PF_CERTIFICATE_USE_SIGN | PF_CERTIFICATE_USE_AUTHENTICATE;
    if ((usage & KU_NON_REPUDIATION) != 0)
        uses |= PF_CERTIFICATE_USE_SIGN;
    if ((usage & KU_ENCRYPT) != 0)
        uses |= PF_CERTIFICATE_USE_ENCRYPT;
    return uses;
}

static PfCertificateUse
get_uses(X509 *x509, gboolean is_authority)
{
    g_autoptr(EXTENDED_KEY_USAGE) purposes = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
    guint32 usage = X509_get_key_usage(x509); /* every bit where there is no extension */
    gboolean is_restricted = usage != UINT32_MAX;
    if (is_authority && (usage & KU_KEY_CERT_SIGN) != 0)
        return PF_CERTIFICATE_USE_ISSUE;
    if (!is_restricted && purposes == NULL)
        return PF_CERTIFICATE_USE_ANY;
    PfCertificateUse uses = get_uses_of_key(usage) & get_uses_of_purposes(purposes);
    /* Such a key is for signatures that bind, whatever else is said. */
    if (is_restricted && (usage & KU_NON_REPUDIATION) != 0)
        uses |= PF_CERTIFICATE_USE_SIGN;
    return uses;
}

static gboolean
read_time(const ASN1_TIME *time, gint64 *ret_seconds)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return FALSE;
    *ret_seconds = (gint64)timegm(&tm);
    return TRUE;
}

void
pf_certificate_facts_read(PfCertificateFacts *facts, GBytes *der)
{
    gsize size;
    const unsigned char *data = g_bytes_get_data(der, &size);
    *facts = (PfCertificateFacts){0};
    if (data == NULL || size > G_MAXINT)
        return;
    const unsigned char *end = data;
    g_autoptr(X509) x509 = d2i_X509(NULL, &end, (long)size);
    if (x509 == NULL || end != data + size ||
        !read_time(X509_get0_notBefore(x509), &facts->not_before) ||
        !read_time(X509_get0_notAfter(x509), &facts->not_after))
        return;
    facts->is_readable = TRUE;
    facts->is_authority = X509_check_ca(x509) == 1;
    facts->uses = get_uses(x509, facts->is_authority);
}
