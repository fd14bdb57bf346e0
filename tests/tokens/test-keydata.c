/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKeydata while memory is short: all of a key, or nothing of it. */
#include "tokens-keydata.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

/* How many allocations of OpenSSL's still succeed; -1: all. */
static int left = -1;

static gboolean
is_short(void)
{
    if (left > 0)
        left--;
    return left == 0;
}

static void *
allocate(size_t size, const char *file, int line)
{
    return is_short() ? NULL : malloc(size);
}

static void *
reallocate(void *memory, size_t size, const char *file, int line)
{
    return is_short() ? NULL : realloc(memory, size);
}

static void
release(void *memory, const char *file, int line)
{
    free(memory);
}

static void
assert_whole(const CK_ATTRIBUTE *attributes, CK_ULONG count, CK_ULONG wanted)
{
    g_assert_cmpuint(count, ==, wanted);
    for (CK_ULONG i = 0; i < count; i++) {
        g_assert_nonnull(attributes[i].pValue);
        g_assert_cmpuint(attributes[i].ulValueLen, >, 0);
    }
}

/* KEY is taken. */
static void
test_key(EVP_PKEY *key, CK_ULONG private_count, CK_ULONG public_count)
{
    PfTokensKeydata *keydata = NULL;
    int failures = 0;
    g_assert_nonnull(key);
    /* What OpenSSL keeps for ever is there afterwards. */
    pf_tokens_keydata_free(pf_tokens_keydata_new(key));
    while (keydata == NULL) {
        left = 1 + failures++;
        keydata = pf_tokens_keydata_new(key);
        left = -1;
        g_assert_cmpint(failures, <, 1000);
    }
    g_assert_cmpint(failures, >, 5);
    CK_ULONG count;
    const CK_ATTRIBUTE *attributes = pf_tokens_keydata_get_private(keydata, &count);
    assert_whole(attributes, count, private_count);
    attributes = pf_tokens_keydata_get_public(keydata, &count);
    assert_whole(attributes, count, public_count);
    pf_tokens_keydata_free(keydata);
    EVP_PKEY_free(key);
}

static void
test_rsa(void)
{
    test_key(EVP_RSA_gen(2048), 11, 5);
}

static void
test_ec(void)
{
    test_key(EVP_EC_gen("P-256"), 5, 4);
}

int
main(int argc, char **argv)
{
    g_assert_true(CRYPTO_set_mem_functions(allocate, reallocate, release));
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keydata/rsa", test_rsa);
    g_test_add_func("/keydata/ec", test_ec);
    return g_test_run();
}
