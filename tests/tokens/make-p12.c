/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Writes a PKCS#12 file with several keys, which no tool at hand does: make-p12 OUT PASSWORD
 * FILE.pem…; each file has a key and, if it likes, its certificate. */
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <string.h>

static int
add_file(STACK_OF(PKCS12_SAFEBAG) * *bags, const char *path, const char *password)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return -1;
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    X509 *certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    int done = key != NULL &&
               PKCS12_add_key(bags, key, 0, 100, NID_aes_256_cbc, password) != NULL &&
               (certificate == NULL || PKCS12_add_cert(bags, certificate) != NULL);
    EVP_PKEY_free(key);
    X509_free(certificate);
    return done ? 0 : -1;
}

int
main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    STACK_OF(PKCS7) *safes = NULL;
    int failed = 0;
    for (int i = 3; i < argc; i++)
        failed |= add_file(&bags, argv[i], argv[2]);
    if (failed || !PKCS12_add_safe(&safes, bags, -1, 0, NULL))
        return 1;
    PKCS12 *p12 = PKCS12_add_safes(safes, 0);
    FILE *out = fopen(argv[1], "w");
    failed = p12 == NULL || out == NULL || !PKCS12_set_mac(p12, argv[2], -1, NULL, 0, 100, NULL) ||
             !i2d_PKCS12_fp(out, p12);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    sk_PKCS7_pop_free(safes, PKCS7_free);
    PKCS12_free(p12);
    return failed || fclose(out) != 0 ? 1 : 0;
}
