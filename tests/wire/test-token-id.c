/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests PfTokenId against p11-kit: same URI for the same token, and back. */
#include "token-id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <p11-kit/uri.h>

#include "tap.h"

static void
set_field(unsigned char *field, size_t size, const void *bytes, size_t len, int padding)
{
    memset(field, padding, size);
    memcpy(field, bytes, len);
}

#define SET(field, bytes) set_field(field, sizeof field, bytes, sizeof bytes - 1, ' ')

static CK_TOKEN_INFO
sample(void)
{
    CK_TOKEN_INFO info = {0};
    SET(info.manufacturerID, "piv_II");
    SET(info.model, "PKCS#15 emulated");
    SET(info.serialNumber, "00112233445566");
    SET(info.label, "J\xc3\xb6rg, private; key=1/2");
    return info;
}

/* What p11-kit's own tools print for this token. */
static char *
uri_of_p11_kit(const CK_TOKEN_INFO *info)
{
    char *text = NULL;
    P11KitUri *uri = p11_kit_uri_new();
    CK_TOKEN_INFO *own = p11_kit_uri_get_token_info(uri);
    memcpy(own->label, info->label, sizeof own->label);
    memcpy(own->manufacturerID, info->manufacturerID, sizeof own->manufacturerID);
    memcpy(own->serialNumber, info->serialNumber, sizeof own->serialNumber);
    memcpy(own->model, info->model, sizeof own->model);
    p11_kit_uri_format(uri, P11_KIT_URI_FOR_TOKEN, &text);
    p11_kit_uri_free(uri);
    return text;
}

static void
check_like_p11_kit(const CK_TOKEN_INFO *info, const char *what)
{
    PfTokenId id;
    char uri[PF_TOKEN_URI_SIZE];
    pf_token_id_from_info(&id, info);
    pf_token_id_format(&id, uri);
    char *expected = uri_of_p11_kit(info);
    if (!CHECK_MSG(expected != NULL && strcmp(uri, expected) == 0, "URI as p11-kit's: %s", what))
        printf("# ours     %s\n# p11-kit  %s\n", uri, expected);
    P11KitUri *parsed = p11_kit_uri_new();
    CHECK_MSG(p11_kit_uri_parse(uri, P11_KIT_URI_FOR_TOKEN, parsed) == P11_KIT_URI_OK &&
                  p11_kit_uri_match_token_info(parsed, info),
              "the URI finds its token again: %s", what);
    p11_kit_uri_free(parsed);
    free(expected);
}

static void
test_uri(void)
{
    CK_TOKEN_INFO info = sample();
    check_like_p11_kit(&info, "an ordinary token");
    SET(info.label, "");
    check_like_p11_kit(&info, "no label");
    SET(info.label, "  blanks before");
    check_like_p11_kit(&info, "blanks before");
    SET(info.serialNumber, "0123456789abcdef");
    SET(info.label, "0123456789abcdef0123456789abcdef");
    check_like_p11_kit(&info, "full fields");
    SET(info.label, "\xff\xfe\x80 no text");
    check_like_p11_kit(&info, "bytes that are no text");
    SET(info.label, "NUL\0inside");
    check_like_p11_kit(&info, "a NUL inside");
}

static void
test_every_byte(void)
{
    for (unsigned first = 1; first < 256; first += 30) {
        CK_TOKEN_INFO info = sample();
        char what[32];
        for (unsigned i = 0; i < 30; i++)
            info.label[i] = (unsigned char)(first + i < 256 ? first + i : 'x');
        snprintf(what, sizeof what, "bytes from %u", first);
        check_like_p11_kit(&info, what);
    }
}

static void
test_longest_uri(void)
{
    CK_TOKEN_INFO info;
    memset(&info, 0xff, sizeof info);
    check_like_p11_kit(&info, "every byte encoded");
    PfTokenId id;
    char uri[PF_TOKEN_URI_SIZE];
    pf_token_id_from_info(&id, &info);
    pf_token_id_format(&id, uri);
    CHECK(strlen(uri) == strlen("pkcs11:model=;manufacturer=;serial=;token=") + (size_t)3 * 96);
}

static void
test_padding(void)
{
    CK_TOKEN_INFO blanks = sample(), nuls = sample();
    PfTokenId a, b;
    memset(&a, 0x55, sizeof a);
    memset(&b, 0xaa, sizeof b);
    set_field(nuls.label, sizeof nuls.label, "card", 4, '\0');
    set_field(blanks.label, sizeof blanks.label, "card", 4, ' ');
    pf_token_id_from_info(&a, &blanks);
    pf_token_id_from_info(&b, &nuls);
    CHECK_MSG(pf_token_id_is_equal(&a, &b), "padding is no part of a name");
    CHECK(strcmp(b.label, "card") == 0);
}

static void
change(unsigned char *field, size_t size, size_t at)
{
    field[at % size] ^= 0x20;
}

static void
test_equality(void)
{
    CK_TOKEN_INFO info = sample(), other = sample();
    PfTokenId a, b;
    pf_token_id_from_info(&a, &info);
    pf_token_id_from_info(&b, &other);
    CHECK(pf_token_id_is_equal(&a, &b));
#define CHECK_DIFFERS(field)                                                                       \
    other = sample();                                                                              \
    change(other.field, sizeof other.field, 2);                                                    \
    pf_token_id_from_info(&b, &other);                                                             \
    CHECK_MSG(!pf_token_id_is_equal(&a, &b), "another " #field " is another token")
    CHECK_DIFFERS(manufacturerID);
    CHECK_DIFFERS(model);
    CHECK_DIFFERS(serialNumber);
    CHECK_DIFFERS(label);
}

/* A serial may be binary. Two cards that differ behind a NUL are two cards: the PIN of one must
 * never go to the other. */
static void
test_nul_inside(void)
{
    CK_TOKEN_INFO one = sample(), two = sample();
    PfTokenId a, b;
    char a_uri[PF_TOKEN_URI_SIZE], b_uri[PF_TOKEN_URI_SIZE];
    set_field(one.serialNumber, sizeof one.serialNumber, "\0\1", 2, ' ');
    set_field(two.serialNumber, sizeof two.serialNumber, "\0\2", 2, ' ');
    pf_token_id_from_info(&a, &one);
    pf_token_id_from_info(&b, &two);
    CHECK(!pf_token_id_is_equal(&a, &b));
    CHECK(pf_token_id_has_serial(&a));
    pf_token_id_format(&a, a_uri);
    pf_token_id_format(&b, b_uri);
    CHECK(strcmp(a_uri, b_uri) != 0);
}

static void
test_serial(void)
{
    CK_TOKEN_INFO info = sample();
    PfTokenId id;
    pf_token_id_from_info(&id, &info);
    CHECK(pf_token_id_has_serial(&id));
    SET(info.serialNumber, "");
    pf_token_id_from_info(&id, &info);
    CHECK(!pf_token_id_has_serial(&id));
    memset(info.serialNumber, 0, sizeof info.serialNumber);
    pf_token_id_from_info(&id, &info);
    CHECK(!pf_token_id_has_serial(&id));
}

int
main(void)
{
    test_uri();
    test_every_byte();
    test_longest_uri();
    test_padding();
    test_equality();
    test_nul_inside();
    test_serial();
    return pf_tap_done();
}
