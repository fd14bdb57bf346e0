/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What is said of certificates: time, use, names; and of what is none. */
#include "certificate-item.h"

#include <locale.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#define DAY_S ((gint64)24 * 60 * 60)

/* 2026-06-15 12:00:00 UTC */
static const gint64 now = 1781524800;

typedef struct {
    const char *subject;
    const char *issuer;
    int from_days; /* from now */
    int to_days;
    const char *constraints; /* extensions as OpenSSL writes them; NULL: none */
    const char *key_usage;
    const char *purposes;
} Plan;

static void
set_name(X509_NAME *name, const char *text)
{
    g_assert_true(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const guchar *)text, -1, -1, 0));
}

static void
add_extension(X509 *x509, int nid, const char *value)
{
    if (value == NULL)
        return;
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    g_assert_nonnull(extension);
    g_assert_true(X509_add_ext(x509, extension, -1));
    X509_EXTENSION_free(extension);
}

static GBytes *
make_der(const Plan *plan)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    guchar *der = NULL;
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 4711);
    if (plan->subject != NULL)
        set_name(X509_get_subject_name(x509), plan->subject);
    set_name(X509_get_issuer_name(x509), plan->issuer);
    ASN1_TIME_set(X509_getm_notBefore(x509), now + plan->from_days * DAY_S);
    ASN1_TIME_set(X509_getm_notAfter(x509), now + plan->to_days * DAY_S);
    X509_set_pubkey(x509, key);
    add_extension(x509, NID_basic_constraints, plan->constraints);
    add_extension(x509, NID_key_usage, plan->key_usage);
    add_extension(x509, NID_ext_key_usage, plan->purposes);
    g_assert_cmpint(X509_sign(x509, key, EVP_sha256()), >, 0);
    int size = i2d_X509(x509, &der);
    g_assert_cmpint(size, >, 0);
    GBytes *bytes = g_bytes_new(der, (gsize)size);
    OPENSSL_free(der);
    X509_free(x509);
    EVP_PKEY_free(key);
    return bytes;
}

static PfCertificateItem *
make(const Plan *plan)
{
    g_autoptr(GBytes) der = make_der(plan);
    return pf_certificate_item_new("pkcs11:token=t", "Label", der);
}

static void
test_validity(void)
{
    static const struct {
        int from, to;
        PfCertificateValidity validity;
        const char *words;
    } cases[] = {
        {-365, 365, PF_CERTIFICATE_VALID, "Valid until 06/15/27"},
        {-365, 31, PF_CERTIFICATE_VALID, "Valid until 07/16/26"},
        {-365, 30, PF_CERTIFICATE_SOON, "Expires in 30 days"},
        {-365, 1, PF_CERTIFICATE_SOON, "Expires in 1 day"},
        {-365, 0, PF_CERTIFICATE_SOON, "Expires today"},
        {-365, -1, PF_CERTIFICATE_EXPIRED, "Expired on 06/14/26"},
        {1, 365, PF_CERTIFICATE_NOT_YET, "Not valid before 06/16/26"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Plan plan = {"Anna", "Office", cases[i].from, cases[i].to, NULL, NULL, NULL};
        g_autoptr(PfCertificateItem) item = make(&plan);
        g_autofree char *words = pf_certificate_item_dup_validity(item, now);
        g_assert_cmpint(pf_certificate_item_get_validity(item, now), ==, cases[i].validity);
        g_assert_cmpstr(words, ==, cases[i].words);
        g_assert_cmpint(pf_certificate_item_get_validity_icon(item, now) == NULL, ==,
                        cases[i].validity == PF_CERTIFICATE_VALID);
    }
}

/* To the second, as the certificate says it. */
static void
test_last_second(void)
{
    Plan plan = {"Anna", "Office", -1, 0, NULL, NULL, NULL};
    g_autoptr(PfCertificateItem) item = make(&plan);
    g_assert_cmpint(pf_certificate_item_get_validity(item, now), ==, PF_CERTIFICATE_SOON);
    g_assert_cmpint(pf_certificate_item_get_validity(item, now + 1), ==, PF_CERTIFICATE_EXPIRED);
    g_assert_cmpint(pf_certificate_item_get_validity(item, now - DAY_S), ==, PF_CERTIFICATE_SOON);
    g_assert_cmpint(pf_certificate_item_get_validity(item, now - DAY_S - 1), ==,
                    PF_CERTIFICATE_NOT_YET);
}

static void
test_uses(void)
{
    static const struct {
        const char *constraints, *key_usage, *purposes, *words;
    } cases[] = {
        {NULL, NULL, NULL, "For any purpose"},
        {NULL, "digitalSignature", NULL, "For signing, authentication"},
        {NULL, "digitalSignature", "clientAuth", "For authentication"},
        {NULL, "digitalSignature", "msSmartcardLogin", "For authentication"},
        {NULL, "digitalSignature", "emailProtection", "For signing"},
        {NULL, "nonRepudiation", NULL, "For signing"},
        {NULL, "nonRepudiation", "1.2.3.4", "For signing"},
        {NULL, "keyEncipherment", NULL, "For encryption"},
        {NULL, "keyAgreement", "emailProtection", "For encryption"},
        {NULL, "digitalSignature,keyEncipherment", "emailProtection,clientAuth",
         "For signing, encryption, authentication"},
        {NULL, NULL, "clientAuth", "For authentication"},
        {NULL, "digitalSignature", "serverAuth", "For other purposes"},
        {NULL, "cRLSign", NULL, "For other purposes"},
        {"critical,CA:TRUE", "keyCertSign,cRLSign", NULL, "For issuing certificates"},
        {"critical,CA:TRUE", NULL, NULL, "For issuing certificates"},
        {"CA:FALSE", "digitalSignature", "anyExtendedKeyUsage", "For signing, authentication"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Plan plan = {"Anna",           "Office", -1, 1, cases[i].constraints, cases[i].key_usage,
                     cases[i].purposes};
        g_autoptr(PfCertificateItem) item = make(&plan);
        g_autofree char *words = pf_certificate_item_dup_uses(item);
        g_assert_cmpstr(words, ==, cases[i].words);
        g_assert_cmpint(pf_certificate_item_is_of_holder(item), ==,
                        cases[i].constraints == NULL ||
                            g_str_equal(cases[i].constraints, "CA:FALSE"));
    }
}

static void
test_names(void)
{
    static const struct {
        const char *subject, *issuer, *title, *issuer_words;
    } cases[] = {
        {"Anna <b>", "Office & Co", "Anna <b>", "Issued by Office & Co"},
        {"Anna", "Anna", "Anna", "Issued by itself"},
        {"A\xe2\x80\xae"
         "b",
         "Office",
         "A\xef\xbf\xbd"
         "b",
         "Issued by Office"},
        {NULL, "Office", "Label", "Issued by Office"},
        {"Label", "Office", "Label", "Issued by Office"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Plan plan = {cases[i].subject, cases[i].issuer, -1, 1, NULL, NULL, NULL};
        g_autoptr(PfCertificateItem) item = make(&plan);
        g_autofree char *title = pf_certificate_item_dup_title(item);
        g_autofree char *issuer = pf_certificate_item_dup_issuer(item);
        g_assert_cmpstr(title, ==, cases[i].title);
        g_assert_cmpstr(issuer, ==, cases[i].issuer_words);
        g_autofree char *detail = pf_certificate_item_dup_detail(item);
        g_assert_cmpstr(detail, ==,
                        g_strcmp0(cases[i].subject, "Label") == 0 ? "For any purpose"
                                                                  : "For any purpose · Label");
    }
}

static void
assert_unreadable(GBytes *der)
{
    g_autoptr(PfCertificateItem) item = pf_certificate_item_new("pkcs11:token=t", NULL, der);
    g_autofree char *title = pf_certificate_item_dup_title(item);
    g_autofree char *validity = pf_certificate_item_dup_validity(item, now);
    g_autofree char *uses = pf_certificate_item_dup_uses(item);
    g_autofree char *issuer = pf_certificate_item_dup_issuer(item);
    g_assert_cmpint(pf_certificate_item_get_validity(item, now), ==, PF_CERTIFICATE_UNREADABLE);
    g_assert_cmpstr(title, ==, "Unnamed certificate");
    g_assert_cmpstr(validity, ==, "It cannot be read");
    g_assert_null(uses);
    g_assert_null(issuer);
    g_assert_false(pf_certificate_item_is_of_holder(item));
}

static void
test_unreadable(void)
{
    Plan plan = {"Anna", "Office", -1, 1, NULL, NULL, NULL};
    g_autoptr(GBytes) der = make_der(&plan);
    gsize size;
    const guint8 *data = g_bytes_get_data(der, &size);
    for (gsize cut = 0; cut < size; cut += 17) {
        g_autoptr(GBytes) part = g_bytes_new(data, cut);
        assert_unreadable(part);
    }
    g_autofree guint8 *longer = g_malloc0(size + 1);
    memcpy(longer, data, size);
    g_autoptr(GBytes) more = g_bytes_new(longer, size + 1);
    assert_unreadable(more);
}

int
main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/certificate-item/validity", test_validity);
    g_test_add_func("/certificate-item/last-second", test_last_second);
    g_test_add_func("/certificate-item/uses", test_uses);
    g_test_add_func("/certificate-item/names", test_names);
    g_test_add_func("/certificate-item/unreadable", test_unreadable);
    return g_test_run();
}
