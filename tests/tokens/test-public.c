/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensPublic of what modules say of a point: in an OCTET STRING, or without. */
#include "tokens-public.h"

#include <string.h>

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>

#define POINT_MAX 160

/* What the module says. */
static unsigned char said[POINT_MAX];
static gsize said_size;

static CK_RV
get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *template,
                    CK_ULONG count)
{
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpuint(template->type, ==, CKA_EC_POINT);
    if (template->pValue != NULL)
        memcpy(template->pValue, said, said_size);
    template->ulValueLen = said_size;
    return CKR_OK;
}

static gsize
get_point(EVP_PKEY *key, unsigned char *ret_point)
{
    gsize size = 0;
    g_assert_cmpint(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, ret_point,
                                                    POINT_MAX, &size),
                    ==, 1);
    return size;
}

static void
assert_read(const PfTokensKind *kind, EVP_PKEY *key)
{
    CK_FUNCTION_LIST p11 = {.C_GetAttributeValue = get_attribute_value};
    EVP_PKEY *read = pf_tokens_public_read(&p11, 1, 2, kind);
    g_assert_nonnull(read);
    g_assert_cmpint(EVP_PKEY_eq(read, key), ==, 1);
    EVP_PKEY_free(read);
}

static EVP_PKEY *
make_key(const PfTokensKind *kind)
{
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", OBJ_nid2sn(kind->curve));
}

/* One whose point, an OCTET STRING's tag by its first byte, has that one's length next. */
static EVP_PKEY *
make_ambiguous_key(const PfTokensKind *kind)
{
    for (;;) {
        unsigned char point[POINT_MAX];
        EVP_PKEY *key = make_key(kind);
        gsize size = get_point(key, point);
        if (point[0] == V_ASN1_OCTET_STRING && point[1] == size - 2)
            return key;
        EVP_PKEY_free(key);
    }
}

static void
test_point(gconstpointer word)
{
    const PfTokensKind *kind = pf_tokens_kind_find(word);
    EVP_PKEY *keys[] = {make_key(kind), make_ambiguous_key(kind)};
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        unsigned char point[POINT_MAX];
        gsize size = get_point(keys[i], point);
        memcpy(said, point, size);
        said_size = size;
        assert_read(kind, keys[i]);
        said[0] = V_ASN1_OCTET_STRING;
        said[1] = (unsigned char)size;
        memcpy(said + 2, point, size);
        said_size = size + 2;
        assert_read(kind, keys[i]);
        EVP_PKEY_free(keys[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/tokens-public/p256", "ec-p256", test_point);
    g_test_add_data_func("/tokens-public/p384", "ec-p384", test_point);
    return g_test_run();
}
