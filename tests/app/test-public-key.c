/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Public keys in files: as OpenSSL and OpenSSH have them. */
#include "public-key.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "export-name.h"

/* Made by openssl, and translated by ssh-keygen. */
static const struct {
    const char *pem;
    const char *line;
} keys[] = {
    {"-----BEGIN PUBLIC KEY-----\n"
     "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAm9QEu4eJsewYooUDXy4V\n"
     "6j309PUc7vTBre2x9EOIG23xnFezHsnVCerMjUSZK8KMGfp7hG2qwX+H1v+4Ct7s\n"
     "bVtwyLkvSlWh/rahH0VhvAbG29sP7cvmNln8CHpeGRDq1dXAvu5xey4N6I6JOAPG\n"
     "Ui+3z/7LOL1i4sTI/ssxICyoW1/R7N++uxnxGud8gM+DYvE9+0UoZL6IwIYVkuVf\n"
     "PemRn57hRj6jlAWNpPtUdEAalRxXO3RQu20BwKnzBpjmoNqlGVv0ym+VAcmZabsW\n"
     "26J5QZw0shKrA0m19sDUKprewftC3m/JXUi02C/8coqsuW/1irBeIRcOEq1EJfJQ\n"
     "LQIDAQAB\n"
     "-----END PUBLIC KEY-----\n",
     "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCb1AS7h4mx7BiihQNfLhXqPfT09Rzu9MGt7bH0Q4gb"
     "bfGcV7MeydUJ6syNRJkrwowZ+nuEbarBf4fW/7gK3uxtW3DIuS9KVaH+tqEfRWG8Bsbb2w/ty+Y2WfwI"
     "el4ZEOrV1cC+7nF7Lg3ojok4A8ZSL7fP/ss4vWLixMj+yzEgLKhbX9Hs3767GfEa53yAz4Ni8T37RShk"
     "vojAhhWS5V896ZGfnuFGPqOUBY2k+1R0QBqVHFc7dFC7bQHAqfMGmOag2qUZW/TKb5UByZlpuxbbonlB"
     "nDSyEqsDSbX2wNQqmt7B+0Leb8ldSLTYL/xyiqy5b/WKsF4hFw4SrUQl8lAt"},
    {"-----BEGIN PUBLIC KEY-----\n"
     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERgUzPCEMfDTCyM1+UzYFxwsVMFjk\n"
     "dRjQFe5aiWhvSaC9r18SNvpG35lAihXwyKYWNdkRiHZ4xHNdG9RwRZhxRw==\n"
     "-----END PUBLIC KEY-----\n",
     "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEYFMzwh"
     "DHw0wsjNflM2BccLFTBY5HUY0BXuWolob0mgva9fEjb6Rt+ZQIoV8MimFjXZEYh2eMRzXRvUcEWYcUc="},
    {"-----BEGIN PUBLIC KEY-----\n"
     "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEIx6QZ26yWJ+W58M8NthNOTyyDQ9Vjqkw\n"
     "c+Xair8Ko0uOdHtwdjLQDTTwu8Qohie3W1VOj48lj+l/RH4NMves1VRgErC9bJuQ\n"
     "DR3qX96evVB5pqgpXFJRLZG4y6HKFZ6u\n"
     "-----END PUBLIC KEY-----\n",
     "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBCMekGdu"
     "sliflufDPDbYTTk8sg0PVY6pMHPl2oq/CqNLjnR7cHYy0A008LvEKIYnt1tVTo+PJY/pf0R+DTL3rNVU"
     "YBKwvWybkA0d6l/enr1QeaaoKVxSUS2RuMuhyhWerg=="},
};

/* Of a curve that no token is asked for here. */
static const char other_pem[] = "-----BEGIN PUBLIC KEY-----\n"
                                "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAj0iAcj/sF89RbU4M0YetJZR3/M9a\n"
                                "/JXDJ2Q1tPkSlxWU8+shD1C/Nc9eixR4aJtdH0sJ77AnauBLahK7VaaAA/sAzPRU\n"
                                "pjipYt1O6OCz49oeqAsQX/5QlwCRbEzLXdDuzR0CA/70o+jqd9M3mj4PyCBOZmLf\n"
                                "maJ3/HM9LvdrK8Lyemg=\n"
                                "-----END PUBLIC KEY-----\n";

static GBytes *
read_pem(const char *pem)
{
    BIO *memory = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = PEM_read_bio_PUBKEY(memory, NULL, NULL, NULL);
    unsigned char *der = NULL;
    int size = i2d_PUBKEY(key, &der);
    GBytes *bytes = g_bytes_new(der, (gsize)size);
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    BIO_free(memory);
    return bytes;
}

static void
assert_encoded(GBytes *der, const char *file_name, const char *wanted)
{
    g_autoptr(GBytes) contents = pf_public_key_encode(der, file_name, "Annas Schlüssel");
    g_assert_cmpmem(g_bytes_get_data(contents, NULL), g_bytes_get_size(contents), wanted,
                    strlen(wanted));
}

static void
test_encoding(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GBytes) der = read_pem(keys[i].pem);
        g_autofree char *line = g_strconcat(keys[i].line, " Annas Schlüssel\n", NULL);
        assert_encoded(der, "key.pem", keys[i].pem);
        assert_encoded(der, "key", keys[i].pem);
        assert_encoded(der, "key.pub", line);
        assert_encoded(der, "KEY.PUB", line);
    }
}

static void
test_unknown(void)
{
    g_autoptr(GBytes) other = read_pem(other_pem);
    g_autoptr(GBytes) nothing = g_bytes_new_static("no key", 6);
    g_assert_null(pf_public_key_encode(other, "key.pub", "other"));
    g_assert_null(pf_public_key_encode(nothing, "key.pub", "none"));
}

/* A file system takes 255 bytes, and eCryptfs 143: however many a character has. */
static void
test_file_name(void)
{
    g_autoptr(GString) name = g_string_new(NULL);
    for (int i = 0; i < 63; i++)
        g_string_append(name, "🔑");
    g_autofree char *file_name = pf_export_name_dup(name->str, ".pem");
    g_assert_cmpuint(strlen(file_name), <=, 143);
    g_assert_true(g_utf8_validate(file_name, -1, NULL));
    g_assert_true(g_str_has_prefix(file_name, "🔑🔑") && g_str_has_suffix(file_name, "🔑.pem"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/public-key/encoding", test_encoding);
    g_test_add_func("/public-key/unknown", test_unknown);
    g_test_add_func("/public-key/file-name", test_file_name);
    return g_test_run();
}
