/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Public keys: PEM, and of the numbers that OpenSSL reads the line of RFC 4253 and RFC 5656. */
#include "public-key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "pem-text.h"

/* Of P-521, uncompressed, 133. */
#define POINT_MAX 160u

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)

static void
add_bytes(GByteArray *blob, gconstpointer bytes, gsize size)
{
    guint32 length = GUINT32_TO_BE((guint32)size);
    g_byte_array_append(blob, (const guint8 *)&length, sizeof length);
    g_byte_array_append(blob, bytes, (guint)size);
}

static void
add_text(GByteArray *blob, const char *text)
{
    add_bytes(blob, text, strlen(text));
}

/* SSH has numbers as OpenSSL writes them for MPI. */
static gboolean
add_number(GByteArray *blob, EVP_PKEY *key, const char *name)
{
    BIGNUM *number = NULL;
    guint start = blob->len;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
        return FALSE;
    g_byte_array_set_size(blob, start + (guint)BN_bn2mpi(number, NULL));
    BN_bn2mpi(number, blob->data + start);
    BN_free(number);
    return TRUE;
}

static gboolean
add_rsa(GByteArray *blob, EVP_PKEY *key)
{
    add_text(blob, "ssh-rsa");
    return add_number(blob, key, OSSL_PKEY_PARAM_RSA_E) &&
           add_number(blob, key, OSSL_PKEY_PARAM_RSA_N);
}

static gboolean
add_ec(GByteArray *blob, EVP_PKEY *key, const char *type)
{
    unsigned char point[POINT_MAX];
    gsize size = 0;
    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point,
                                        sizeof point, &size) != 1)
        return FALSE;
    add_text(blob, type);
    add_text(blob, strrchr(type, '-') + 1);
    add_bytes(blob, point, size);
    return TRUE;
}

/* NULL: SSH has no such key. */
static const char *
find_type(EVP_PKEY *key)
{
    static const char *const curves[][2] = {
        {"prime256v1", "ecdsa-sha2-nistp256"},
        {"secp384r1", "ecdsa-sha2-nistp384"},
    };
    char group[80];
    if (EVP_PKEY_is_a(key, "RSA"))
        return "ssh-rsa";
    if (EVP_PKEY_get_group_name(key, group, sizeof group, NULL) != 1)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(curves); i++) {
        if (g_str_equal(curves[i][0], group))
            return curves[i][1];
    }
    return NULL;
}

static GBytes *
encode_ssh(GBytes *der, const char *comment)
{
    gsize size;
    const unsigned char *bytes = g_bytes_get_data(der, &size);
    g_autoptr(EVP_PKEY) key = d2i_PUBKEY(NULL, &bytes, (long)size);
    g_autoptr(GByteArray) blob = g_byte_array_new();
    const char *type = key != NULL ? find_type(key) : NULL;
    if (type == NULL || !(EVP_PKEY_is_a(key, "RSA") ? add_rsa(blob, key) : add_ec(blob, key, type)))
        return NULL;
    g_autofree char *text = g_base64_encode(blob->data, blob->len);
    char *line = g_strdup_printf("%s %s %s\n", type, text, comment);
    return g_bytes_new_take(line, strlen(line));
}

GBytes *
pf_public_key_encode(GBytes *der, const char *file_name, const char *comment)
{
    g_autofree char *lower = g_ascii_strdown(file_name, -1);
    return g_str_has_suffix(lower, ".pub") ? encode_ssh(der, comment)
                                           : pf_pem_text_encode(PEM_STRING_PUBLIC, der);
}
