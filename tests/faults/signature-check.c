/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* RSA with SHA-256 by OpenSSL, and the mock token's own arithmetic. */
#include "signature-check.h"

#include <glob.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* As in mock-crypto.c: written again here, for a judge does not ask the accused. */
#define MOCK_START  UINT64_C(14695981039346656037)
#define MOCK_PRIME  UINT64_C(1099511628211)
#define MOCK_KEY_ID 1
#define MOCK_SIZE   128

static bool
is_right_of_mock(const unsigned char *data, size_t data_size, const unsigned char *signature,
                 size_t signature_size)
{
    char text[MOCK_SIZE];
    uint64_t hash = (MOCK_START ^ MOCK_KEY_ID) * MOCK_PRIME;
    for (size_t i = 0; i < data_size; i++)
        hash = (hash ^ data[i]) * MOCK_PRIME;
    int n = snprintf(text, sizeof text, "mock-signature:%02x:%016llx", MOCK_KEY_ID,
                     (unsigned long long)hash);
    return signature_size == MOCK_SIZE && memcmp(text, signature, (size_t)n) == 0;
}

static EVP_PKEY *
read_public_key(FILE *file)
{
    EVP_PKEY *key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
    fclose(file);
    return key;
}

static bool
is_right_of_key(FILE *file, const unsigned char *data, size_t data_size,
                const unsigned char *signature, size_t signature_size)
{
    EVP_PKEY *key = read_public_key(file);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool is_right = key != NULL && context != NULL &&
                    EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                    EVP_DigestVerify(context, signature, signature_size, data, data_size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return is_right;
}

bool
signature_is_right(const char *folder, const char *serial, const unsigned char *data,
                   size_t data_size, const unsigned char *signature, size_t signature_size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.pem", folder, serial);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return is_right_of_mock(data, data_size, signature, signature_size);
    return is_right_of_key(file, data, data_size, signature, signature_size);
}

bool
signature_is_anybodys(const char *folder, const unsigned char *data, size_t data_size,
                      const unsigned char *signature, size_t signature_size)
{
    char pattern[512];
    glob_t keys = {0};
    bool is_right = false;
    snprintf(pattern, sizeof pattern, "%s/*.pem", folder);
    glob(pattern, 0, NULL, &keys);
    for (size_t i = 0; i < keys.gl_pathc && !is_right; i++) {
        FILE *file = fopen(keys.gl_pathv[i], "re");
        is_right =
            file != NULL && is_right_of_key(file, data, data_size, signature, signature_size);
    }
    globfree(&keys);
    return is_right;
}
