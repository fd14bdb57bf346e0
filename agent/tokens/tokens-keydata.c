/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKeydata: numbers out of OpenSSL, bytes into PKCS#11. */
#include "tokens-keydata.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/objects.h>

#define PARTS_MAX      10u
#define ATTRIBUTES_MAX 14u
#define POINT_MAX      160u  /* of P-521: 133 */
#define MODULUS_MAX    2048u /* of RSA-16384 */

typedef struct {
    CK_ATTRIBUTE list[ATTRIBUTES_MAX];
    CK_ULONG count;
} Attributes;

struct PfTokensKeydata {
    CK_KEY_TYPE type;
    CK_ULONG bits;
    CK_BYTE id[PF_TOKENS_KEYDATA_ID_SIZE];
    Attributes private;
    Attributes public;
    struct {
        unsigned char *data;
        gsize size;
    } parts[PARTS_MAX]; /* what the attributes point to */
    guint part_count;
};

static CK_BBOOL yes = CK_TRUE;

static const struct {
    const char *name;
    CK_ATTRIBUTE_TYPE type;
    gboolean is_public;
} rsa_numbers[] = {
    {OSSL_PKEY_PARAM_RSA_N, CKA_MODULUS, TRUE},
    {OSSL_PKEY_PARAM_RSA_E, CKA_PUBLIC_EXPONENT, TRUE},
    {OSSL_PKEY_PARAM_RSA_D, CKA_PRIVATE_EXPONENT, FALSE},
    {OSSL_PKEY_PARAM_RSA_FACTOR1, CKA_PRIME_1, FALSE},
    {OSSL_PKEY_PARAM_RSA_FACTOR2, CKA_PRIME_2, FALSE},
    {OSSL_PKEY_PARAM_RSA_EXPONENT1, CKA_EXPONENT_1, FALSE},
    {OSSL_PKEY_PARAM_RSA_EXPONENT2, CKA_EXPONENT_2, FALSE},
    {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, CKA_COEFFICIENT, FALSE},
};

static void
add(Attributes *attributes, CK_ATTRIBUTE_TYPE type, gconstpointer value, gsize size)
{
    g_assert(attributes->count < ATTRIBUTES_MAX);
    attributes->list[attributes->count++] = (CK_ATTRIBUTE){type, (CK_VOID_PTR)value, size};
}

static unsigned char *
new_part(PfTokensKeydata *keydata, gsize size)
{
    g_assert(keydata->part_count < PARTS_MAX);
    unsigned char *data = OPENSSL_secure_zalloc(size);
    if (data == NULL)
        return NULL;
    keydata->parts[keydata->part_count].data = data;
    keydata->parts[keydata->part_count++].size = size;
    return data;
}

/* Of the length that a number has, or, with SIZE, of that one. NULL: the key has no such number. */
static unsigned char *
take_number(PfTokensKeydata *keydata, EVP_PKEY *key, const char *name, gsize size, gsize *ret_size)
{
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
        return NULL;
    gsize own_size = size != 0 ? size : (gsize)BN_num_bytes(number);
    unsigned char *data = new_part(keydata, own_size);
    gboolean fits = data != NULL && BN_bn2binpad(number, data, (int)own_size) >= 0;
    BN_clear_free(number);
    *ret_size = own_size;
    return fits ? data : NULL;
}

/* What an ID is made of; the number of bytes, 0 where they cannot be had. */
static gsize
read_modulus(EVP_PKEY *key, unsigned char ret_bytes[MODULUS_MAX])
{
    BIGNUM *number = NULL;
    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &number) != 1)
        return 0;
    int size = BN_num_bytes(number) <= (int)MODULUS_MAX ? BN_bn2bin(number, ret_bytes) : 0;
    BN_free(number);
    return (gsize)MAX(size, 0);
}

static gsize
read_point(EVP_PKEY *key, unsigned char ret_bytes[POINT_MAX])
{
    gsize size = 0;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, ret_bytes,
                                        POINT_MAX, &size) != 1)
        return 0;
    return size;
}

gboolean
pf_tokens_keydata_make_id(EVP_PKEY *key, CK_BYTE ret_id[PF_TOKENS_KEYDATA_ID_SIZE])
{
    unsigned char bytes[MAX(MODULUS_MAX, POINT_MAX)];
    gsize size = EVP_PKEY_is_a(key, "RSA") ? read_modulus(key, bytes) : read_point(key, bytes);
    return size > 0 && EVP_Q_digest(NULL, "SHA1", NULL, bytes, size, ret_id, NULL) == 1;
}

static gboolean
read_rsa(PfTokensKeydata *keydata, EVP_PKEY *key)
{
    keydata->type = CKK_RSA;
    for (gsize i = 0; i < G_N_ELEMENTS(rsa_numbers); i++) {
        gsize size = 0;
        unsigned char *data = take_number(keydata, key, rsa_numbers[i].name, 0, &size);
        if (data == NULL)
            return FALSE;
        add(&keydata->private, rsa_numbers[i].type, data, size);
        if (rsa_numbers[i].is_public)
            add(&keydata->public, rsa_numbers[i].type, data, size);
    }
    add(&keydata->private, CKA_DECRYPT, &yes, sizeof yes);
    add(&keydata->public, CKA_ENCRYPT, &yes, sizeof yes);
    return TRUE;
}

/* Curves without a name are none that a token has. */
static gboolean
add_curve(PfTokensKeydata *keydata, EVP_PKEY *key)
{
    char name[80];
    if (EVP_PKEY_get_group_name(key, name, sizeof name, NULL) != 1)
        return FALSE;
    ASN1_OBJECT *object = OBJ_txt2obj(name, 0);
    int size = object != NULL ? i2d_ASN1_OBJECT(object, NULL) : 0;
    unsigned char *data = size > 0 ? new_part(keydata, (gsize)size) : NULL;
    unsigned char *end = data;
    gboolean is_written = data != NULL && i2d_ASN1_OBJECT(object, &end) == size;
    ASN1_OBJECT_free(object);
    if (!is_written)
        return FALSE;
    add(&keydata->private, CKA_EC_PARAMS, data, (gsize)size);
    add(&keydata->public, CKA_EC_PARAMS, data, (gsize)size);
    return TRUE;
}

/* PKCS#11 has the point in an OCTET STRING of its own. */
static gboolean
add_point(PfTokensKeydata *keydata, EVP_PKEY *key)
{
    unsigned char point[POINT_MAX];
    gsize size = read_point(key, point);
    if (size == 0)
        return FALSE;
    ASN1_OCTET_STRING *string = ASN1_OCTET_STRING_new();
    if (string == NULL || ASN1_OCTET_STRING_set(string, point, (int)size) != 1) {
        ASN1_OCTET_STRING_free(string);
        return FALSE;
    }
    int wrapped_size = i2d_ASN1_OCTET_STRING(string, NULL);
    unsigned char *data = wrapped_size > 0 ? new_part(keydata, (gsize)wrapped_size) : NULL;
    unsigned char *end = data;
    gboolean is_written = data != NULL && i2d_ASN1_OCTET_STRING(string, &end) == wrapped_size;
    ASN1_OCTET_STRING_free(string);
    if (!is_written)
        return FALSE;
    add(&keydata->public, CKA_EC_POINT, data, (gsize)wrapped_size);
    return TRUE;
}

static gboolean
read_ec(PfTokensKeydata *keydata, EVP_PKEY *key)
{
    gsize size = 0;
    keydata->type = CKK_EC;
    if (!add_curve(keydata, key) || !add_point(keydata, key))
        return FALSE;
    unsigned char *data =
        take_number(keydata, key, OSSL_PKEY_PARAM_PRIV_KEY, (keydata->bits + 7) / 8, &size);
    if (data == NULL)
        return FALSE;
    add(&keydata->private, CKA_VALUE, data, size);
    add(&keydata->private, CKA_DERIVE, &yes, sizeof yes);
    return TRUE;
}

PfTokensKeydata *
pf_tokens_keydata_new(EVP_PKEY *key)
{
    PfTokensKeydata *keydata = OPENSSL_secure_zalloc(sizeof *keydata);
    if (keydata == NULL)
        return NULL;
    int bits = EVP_PKEY_get_bits(key);
    keydata->bits = bits > 0 ? (CK_ULONG)bits : 0;
    add(&keydata->private, CKA_KEY_TYPE, &keydata->type, sizeof keydata->type);
    add(&keydata->public, CKA_KEY_TYPE, &keydata->type, sizeof keydata->type);
    add(&keydata->private, CKA_SIGN, &yes, sizeof yes);
    add(&keydata->public, CKA_VERIFY, &yes, sizeof yes);
    if (pf_tokens_keydata_make_id(key, keydata->id) &&
        (EVP_PKEY_is_a(key, "RSA") ? read_rsa(keydata, key) : read_ec(keydata, key)))
        return keydata;
    pf_tokens_keydata_free(keydata);
    return NULL;
}

void
pf_tokens_keydata_free(PfTokensKeydata *keydata)
{
    if (keydata == NULL)
        return;
    for (guint i = 0; i < keydata->part_count; i++)
        OPENSSL_secure_clear_free(keydata->parts[i].data, keydata->parts[i].size);
    OPENSSL_secure_clear_free(keydata, sizeof *keydata);
}

const CK_ATTRIBUTE *
pf_tokens_keydata_get_private(const PfTokensKeydata *keydata, CK_ULONG *ret_count)
{
    *ret_count = keydata->private.count;
    return keydata->private.list;
}

const CK_ATTRIBUTE *
pf_tokens_keydata_get_public(const PfTokensKeydata *keydata, CK_ULONG *ret_count)
{
    *ret_count = keydata->public.count;
    return keydata->public.list;
}

const CK_BYTE *
pf_tokens_keydata_get_id(const PfTokensKeydata *keydata)
{
    return keydata->id;
}

/* RSA tokens say the largest key that they take; some do so in bytes, and some nothing. */
gboolean
pf_tokens_keydata_fits(const PfTokensKeydata *keydata, CK_FUNCTION_LIST *p11, CK_SLOT_ID slot)
{
    CK_MECHANISM_INFO info = {0};
    CK_MECHANISM_TYPE mechanism = keydata->type == CKK_RSA ? CKM_RSA_PKCS : CKM_ECDSA;
    if (p11->C_GetMechanismInfo(slot, mechanism, &info) != CKR_OK || (info.flags & CKF_SIGN) == 0)
        return FALSE;
    return keydata->type != CKK_RSA || info.ulMaxKeySize < 1024 ||
           keydata->bits <= info.ulMaxKeySize;
}
