/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCertificateExport: what the file is called, and what is in it. */
#include "certificate-export.h"

#include <locale.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* A certificate for COMMON_NAME, NULL: for nobody. */
static GBytes *
make_certificate(const char *common_name)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    if (common_name != NULL)
        X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                   (const unsigned char *)common_name, -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    g_assert_cmpint(X509_sign(certificate, key, EVP_sha256()), >, 0);
    unsigned char *der = NULL;
    int size = i2d_X509(certificate, &der);
    g_assert_cmpint(size, >, 0);
    GBytes *bytes = g_bytes_new(der, (gsize)size);
    OPENSSL_free(der);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return bytes;
}

static void
test_file_name(void)
{
    static const struct {
        const char *common_name;
        const char *file_name;
    } cases[] = {
        {"Anna Beispiel", "Anna Beispiel.pem"},
        {"Jürgen Groß", "Jürgen Groß.pem"},
        {"../../etc/passwd", "-.-..-etc-passwd.pem"},
        {".profile", "-profile.pem"},
        {NULL, "certificate.pem"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) der = make_certificate(cases[i].common_name);
        g_autofree char *name = pf_certificate_export_dup_file_name(der);
        g_assert_cmpstr(name, ==, cases[i].file_name);
    }
    g_autoptr(GBytes) rubbish = g_bytes_new_static("no certificate", 14);
    g_autofree char *name = pf_certificate_export_dup_file_name(rubbish);
    g_assert_cmpstr(name, ==, "certificate.pem");
}

static void
test_encoding(void)
{
    g_autoptr(GBytes) der = make_certificate("Anna Beispiel");
    for (const char *const *name = (const char *const[]){"a.der", "a.CER", NULL}; *name; name++) {
        g_autoptr(GBytes) contents = pf_certificate_export_encode(der, *name);
        g_assert_true(g_bytes_equal(contents, der));
    }
    for (const char *const *name = (const char *const[]){"a.pem", "a.crt", "a", NULL}; *name;
         name++) {
        g_autoptr(GBytes) contents = pf_certificate_export_encode(der, *name);
        gsize size;
        const void *text = g_bytes_get_data(contents, &size);
        BIO *memory = BIO_new_mem_buf(text, (int)size);
        X509 *read = PEM_read_bio_X509(memory, NULL, NULL, NULL);
        g_assert_nonnull(read);
        unsigned char *again = NULL;
        int again_size = i2d_X509(read, &again);
        g_assert_cmpmem(again, (gsize)again_size, g_bytes_get_data(der, NULL),
                        g_bytes_get_size(der));
        OPENSSL_free(again);
        X509_free(read);
        BIO_free(memory);
    }
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/certificate-export/file-name", test_file_name);
    g_test_add_func("/certificate-export/encoding", test_encoding);
    return g_test_run();
}
