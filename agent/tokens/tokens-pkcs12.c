/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensPkcs12: bag by bag, since OpenSSL's PKCS12_parse() sees one key only. */
#include "tokens-pkcs12.h"

#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

/* In a bag in a bag in a bag there is nothing that anybody put there for a person. */
#define DEPTH_MAX 4u
#define LABEL_MAX 64u

typedef struct {
    const char *password; /* NULL: none, which is something else than an empty one */
    int password_len;
    PfTokensPkcs12 *content;
} Reading;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PKCS12, PKCS12_free)

static void
identity_free(gpointer data)
{
    PfTokensIdentity *identity = data;
    EVP_PKEY_free(identity->key);
    X509_free(identity->certificate);
    g_free(identity->label);
    g_free(identity);
}

static void
certificate_free(gpointer data)
{
    X509_free(data);
}

void
pf_tokens_pkcs12_free(PfTokensPkcs12 *content)
{
    if (content == NULL)
        return;
    g_ptr_array_unref(content->identities);
    g_ptr_array_unref(content->certificates);
    g_free(content);
}

/* Cut where a character ends. */
static char *
dup_text(const char *text, gsize len)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)len);
    char *end = valid;
    while (*end != '\0' && g_utf8_next_char(end) <= valid + LABEL_MAX)
        end = g_utf8_next_char(end);
    return g_strndup(valid, (gsize)(end - valid));
}

char *
pf_tokens_pkcs12_dup_common_name(X509 *certificate)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    unsigned char *text = NULL;
    int len = at < 0 ? -1
                     : ASN1_STRING_to_UTF8(&text,
                                           X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (len < 0)
        return g_strdup("");
    char *copy = dup_text((const char *)text, (gsize)len);
    OPENSSL_free(text);
    return copy;
}

/* What the last call of OpenSSL that failed says: a cipher or hash that it does not have is told
 * from a password that made no sense of the rest. */
static PfTokensFault
explain_decryption(void)
{
    unsigned long error;
    PfTokensFault fault = PF_TOKENS_FAULT_WRONG_PASSWORD;
    while ((error = ERR_get_error()) != 0) {
        int reason = ERR_GET_REASON(error);
        if (reason == ERR_R_UNSUPPORTED ||
            (ERR_GET_LIB(error) == ERR_LIB_EVP &&
             (reason == EVP_R_UNKNOWN_PBE_ALGORITHM || reason == EVP_R_UNSUPPORTED_CIPHER ||
              reason == EVP_R_UNSUPPORTED_PRF || reason == EVP_R_UNSUPPORTED_ALGORITHM ||
              reason == EVP_R_UNSUPPORTED_KEY_DERIVATION_FUNCTION)) ||
            (ERR_GET_LIB(error) == ERR_LIB_PKCS12 && reason == PKCS12_R_UNKNOWN_DIGEST_ALGORITHM))
            fault = PF_TOKENS_FAULT_FILE_ALGORITHM;
    }
    return fault;
}

static PfTokensFault
add_key(Reading *reading, PKCS12_SAFEBAG *bag, const PKCS8_PRIV_KEY_INFO *info)
{
    EVP_PKEY *key = EVP_PKCS82PKEY(info);
    if (key == NULL || (!EVP_PKEY_is_a(key, "RSA") && !EVP_PKEY_is_a(key, "EC"))) {
        EVP_PKEY_free(key);
        return PF_TOKENS_FAULT_UNSUPPORTED_KEY;
    }
    PfTokensIdentity *identity = g_new0(PfTokensIdentity, 1);
    char *name = PKCS12_get_friendlyname(bag);
    identity->key = key;
    identity->label = dup_text(name != NULL ? name : "", name != NULL ? strlen(name) : 0);
    OPENSSL_free(name);
    g_ptr_array_add(reading->content->identities, identity);
    return reading->content->identities->len <= PF_TOKENS_PKCS12_ITEMS_MAX
               ? PF_TOKENS_FAULT_NONE
               : PF_TOKENS_FAULT_FILE_TOO_LARGE;
}

static PfTokensFault
add_shrouded_key(Reading *reading, PKCS12_SAFEBAG *bag)
{
    PKCS8_PRIV_KEY_INFO *info = PKCS12_decrypt_skey(bag, reading->password, reading->password_len);
    if (info == NULL)
        return explain_decryption();
    PfTokensFault fault = add_key(reading, bag, info);
    PKCS8_PRIV_KEY_INFO_free(info); /* which wipes it */
    return fault;
}

static PfTokensFault
add_certificate(Reading *reading, PKCS12_SAFEBAG *bag)
{
    X509 *certificate = PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate
                            ? PKCS12_SAFEBAG_get1_cert(bag)
                            : NULL;
    if (certificate == NULL)
        return PF_TOKENS_FAULT_NONE; /* of another kind than X.509 */
    g_ptr_array_add(reading->content->certificates, certificate);
    return reading->content->certificates->len <= PF_TOKENS_PKCS12_ITEMS_MAX
               ? PF_TOKENS_FAULT_NONE
               : PF_TOKENS_FAULT_FILE_TOO_LARGE;
}

static PfTokensFault
read_bags(Reading *reading, const STACK_OF(PKCS12_SAFEBAG) * bags, guint depth)
{
    PfTokensFault fault = depth > DEPTH_MAX ? PF_TOKENS_FAULT_BAD_FILE : PF_TOKENS_FAULT_NONE;
    for (int i = 0; fault == PF_TOKENS_FAULT_NONE && i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
        switch (PKCS12_SAFEBAG_get_nid(bag)) {
        case NID_keyBag:
            fault = add_key(reading, bag, PKCS12_SAFEBAG_get0_p8inf(bag));
            break;
        case NID_pkcs8ShroudedKeyBag:
            fault = add_shrouded_key(reading, bag);
            break;
        case NID_certBag:
            fault = add_certificate(reading, bag);
            break;
        case NID_safeContentsBag:
            fault = read_bags(reading, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
            break;
        default:
            break;
        }
    }
    return fault;
}

static PfTokensFault
read_safe(Reading *reading, PKCS7 *safe)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    if (PKCS7_type_is_data(safe)) {
        bags = PKCS12_unpack_p7data(safe);
        if (bags == NULL)
            return PF_TOKENS_FAULT_BAD_FILE;
    } else if (PKCS7_type_is_encrypted(safe)) {
        bags = PKCS12_unpack_p7encdata(safe, reading->password, reading->password_len);
        if (bags == NULL)
            return explain_decryption();
    } else {
        return PF_TOKENS_FAULT_FILE_ALGORITHM; /* for somebody's public key */
    }
    PfTokensFault fault = read_bags(reading, bags, 0);
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return fault;
}

static PfTokensFault
read_safes(Reading *reading, const PKCS12 *file)
{
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(file);
    if (safes == NULL)
        return PF_TOKENS_FAULT_BAD_FILE;
    PfTokensFault fault = PF_TOKENS_FAULT_NONE;
    for (int i = 0; fault == PF_TOKENS_FAULT_NONE && i < sk_PKCS7_num(safes); i++)
        fault = read_safe(reading, sk_PKCS7_value(safes, i));
    sk_PKCS7_pop_free(safes, PKCS7_free);
    return fault;
}

/* Without a password there are two ways to write none. */
static PfTokensFault
check_password(Reading *reading, PKCS12 *file, const PfSecret *password)
{
    if (password != NULL) {
        reading->password = (const char *)pf_secret_get_bytes(password);
        reading->password_len = (int)pf_secret_get_length(password);
    }
    if (!PKCS12_mac_present(file) ||
        PKCS12_verify_mac(file, reading->password, reading->password_len))
        return PF_TOKENS_FAULT_NONE;
    if (password == NULL && PKCS12_verify_mac(file, "", 0)) {
        reading->password = "";
        return PF_TOKENS_FAULT_NONE;
    }
    return explain_decryption();
}

static X509 *
find_issuer(const PfTokensPkcs12 *content, X509 *certificate)
{
    for (guint i = 0; i < content->certificates->len; i++) {
        X509 *other = content->certificates->pdata[i];
        if (X509_check_issued(other, certificate) == X509_V_OK)
            return other;
    }
    return NULL;
}

static void
complete_identity(const PfTokensPkcs12 *content, PfTokensIdentity *identity)
{
    for (guint i = 0; i < content->certificates->len && identity->certificate == NULL; i++) {
        X509 *certificate = content->certificates->pdata[i];
        EVP_PKEY *key = X509_get0_pubkey(certificate);
        if (key == NULL || EVP_PKEY_eq(key, identity->key) != 1)
            continue;
        X509_up_ref(certificate);
        identity->certificate = certificate;
        identity->has_issuer = find_issuer(content, certificate) != NULL;
    }
    if (identity->label[0] != '\0' || identity->certificate == NULL)
        return;
    g_free(identity->label);
    identity->label = pf_tokens_pkcs12_dup_common_name(identity->certificate);
}

static PfTokensFault
read_content(PKCS12 *file, const PfSecret *password, PfTokensPkcs12 *content)
{
    Reading reading = {.content = content};
    ERR_clear_error();
    PfTokensFault fault = check_password(&reading, file, password);
    if (fault == PF_TOKENS_FAULT_NONE)
        fault = read_safes(&reading, file);
    if (fault == PF_TOKENS_FAULT_NONE && content->identities->len == 0)
        fault = PF_TOKENS_FAULT_NO_KEY;
    for (guint i = 0; i < content->identities->len; i++)
        complete_identity(content, content->identities->pdata[i]);
    ERR_clear_error();
    return fault;
}

/* NULL and *RET_FAULT. */
static GBytes *
read_file(int fd, PfTokensFault *ret_fault)
{
    g_autofree unsigned char *data = g_malloc(PF_TOKENS_PKCS12_SIZE_MAX + 1);
    gsize len = 0;
    ssize_t n = 1;
    *ret_fault = PF_TOKENS_FAULT_BAD_FILE;
    while (n > 0 && len <= PF_TOKENS_PKCS12_SIZE_MAX) {
        n = pread(fd, data + len, PF_TOKENS_PKCS12_SIZE_MAX + 1 - len, (off_t)len);
        if (n < 0)
            return NULL;
        len += (gsize)n;
    }
    *ret_fault = PF_TOKENS_FAULT_FILE_TOO_LARGE;
    return len > PF_TOKENS_PKCS12_SIZE_MAX ? NULL : g_bytes_new_take(g_steal_pointer(&data), len);
}

PfTokensFault
pf_tokens_pkcs12_read(int fd, const PfSecret *password, PfTokensPkcs12 **ret_content)
{
    PfTokensFault fault;
    g_autoptr(GBytes) bytes = read_file(fd, &fault);
    if (bytes == NULL)
        return fault;
    /* Files of some years ago have RC2 and 3DES. Where it cannot be loaded, such a file says so. */
    OSSL_PROVIDER_load(NULL, "legacy");
    OSSL_PROVIDER_load(NULL, "default");
    gsize size;
    const unsigned char *data = g_bytes_get_data(bytes, &size);
    g_autoptr(PKCS12) file = d2i_PKCS12(NULL, &data, (long)size);
    if (file == NULL)
        return PF_TOKENS_FAULT_BAD_FILE;
    PfTokensPkcs12 *content = g_new0(PfTokensPkcs12, 1);
    content->identities = g_ptr_array_new_with_free_func(identity_free);
    content->certificates = g_ptr_array_new_with_free_func(certificate_free);
    fault = read_content(file, password, content);
    if (fault == PF_TOKENS_FAULT_NONE)
        *ret_content = content;
    else
        pf_tokens_pkcs12_free(content);
    return fault;
}
