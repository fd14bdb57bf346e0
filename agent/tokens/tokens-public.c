/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Public keys: bytes out of PKCS#11, numbers into OpenSSL. */
#include "tokens-public.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "tokens-object.h"

#define NUMBER_MAX 2048u /* of RSA-16384 */
#define POINT_MAX  160u  /* of P-521, wrapped: 137 */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ASN1_OCTET_STRING, ASN1_OCTET_STRING_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIGNUM, BN_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OSSL_PARAM, OSSL_PARAM_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)

typedef struct {
    CK_FUNCTION_LIST *p11;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE object;
} Object;

static BIGNUM *
read_number(const Object *object, CK_ATTRIBUTE_TYPE type)
{
    g_autoptr(GBytes) bytes =
        pf_tokens_object_get_bytes(object->p11, object->session, object->object, type, NUMBER_MAX);
    gsize size = 0;
    const unsigned char *data = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
    return data != NULL ? BN_bin2bn(data, (int)size, NULL) : NULL;
}

/* In an OCTET STRING; some modules have the point without, which the size of a WHOLE one tells: its
 * first byte is that of an OCTET STRING, and the next one can be its length. */
static GBytes *
read_point(const Object *object, gsize whole)
{
    g_autoptr(GBytes) bytes = pf_tokens_object_get_bytes(object->p11, object->session,
                                                         object->object, CKA_EC_POINT, POINT_MAX);
    gsize size = 0;
    const unsigned char *data = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
    const unsigned char *end = data;
    if (data == NULL || size == whole)
        return g_steal_pointer(&bytes);
    g_autoptr(ASN1_OCTET_STRING) string = d2i_ASN1_OCTET_STRING(NULL, &end, (long)size);
    if (string == NULL || end != data + size)
        return g_steal_pointer(&bytes);
    return g_bytes_new(ASN1_STRING_get0_data(string), (gsize)ASN1_STRING_length(string));
}

static EVP_PKEY *
make_key(const char *algorithm, OSSL_PARAM *params)
{
    EVP_PKEY *key = NULL;
    g_autoptr(EVP_PKEY_CTX) context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
    if (params == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return NULL;
    return key;
}

static EVP_PKEY *
read_rsa(const Object *object)
{
    g_autoptr(BIGNUM) modulus = read_number(object, CKA_MODULUS);
    g_autoptr(BIGNUM) exponent = read_number(object, CKA_PUBLIC_EXPONENT);
    g_autoptr(OSSL_PARAM_BLD) builder = OSSL_PARAM_BLD_new();
    if (modulus == NULL || exponent == NULL || builder == NULL ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) != 1)
        return NULL;
    g_autoptr(OSSL_PARAM) params = OSSL_PARAM_BLD_to_param(builder);
    return make_key("RSA", params);
}

static EVP_PKEY *
read_ec(const Object *object, const PfTokensKind *kind)
{
    g_autoptr(GBytes) point = read_point(object, 1 + 2 * ((kind->bits + 7) / 8));
    g_autoptr(OSSL_PARAM_BLD) builder = OSSL_PARAM_BLD_new();
    if (point == NULL || builder == NULL ||
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME,
                                        OBJ_nid2sn(kind->curve), 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY,
                                         g_bytes_get_data(point, NULL),
                                         g_bytes_get_size(point)) != 1)
        return NULL;
    g_autoptr(OSSL_PARAM) params = OSSL_PARAM_BLD_to_param(builder);
    return make_key("EC", params);
}

EVP_PKEY *
pf_tokens_public_read(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                      const PfTokensKind *kind)
{
    const Object source = {p11, session, object};
    EVP_PKEY *key = kind->type == CKK_RSA ? read_rsa(&source) : read_ec(&source, kind);
    if (key != NULL && EVP_PKEY_get_bits(key) != (int)kind->bits)
        g_clear_pointer(&key, EVP_PKEY_free);
    return key;
}
