/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests where the handles inside of mechanism parameters are looked for. Parameters are words in
 * the order of the specification, and not the structures of the code that is tested. */
#include "mechanism.h"

#include <string.h>

#include "tap.h"

#define MAX_WORDS 10

static const struct {
    const char *name;
    CK_MECHANISM_TYPE type;
    unsigned words;
    unsigned count;
    unsigned at[PF_MECHANISM_KEYS];
} with_keys[] = {
    {"CONCATENATE_BASE_AND_KEY", 0x360, 1, 1, {0}},
    {"X9_42_DH_HYBRID_DERIVE", 0x32, 9, 1, {6}},
    {"X9_42_MQV_DERIVE", 0x33, 10, 2, {6, 9}},
    {"ECMQV_DERIVE", 0x1052, 10, 2, {6, 9}},
    {"HKDF_DERIVE", 0x402a, 8, 1, {5}},
    {"HKDF_DATA", 0x402b, 8, 1, {5}},
};

/* Word 2 of HKDF's says that the salt is a key; to the others it is any word. */
static void
fill(CK_ULONG words[MAX_WORDS])
{
    for (unsigned i = 0; i < MAX_WORDS; i++)
        words[i] = 1000 + i;
    words[2] = 4;
}

/* Exactly the words of the handles are others in the copy, and none in the host's own. */
static bool
is_translated(size_t row, CK_ULONG words[MAX_WORDS])
{
    static const CK_OBJECT_HANDLE real[PF_MECHANISM_KEYS] = {71, 72};
    CK_ULONG expected[MAX_WORDS];
    CK_ULONG before[MAX_WORDS];
    PfMechanism own;
    CK_ULONG size = with_keys[row].words * sizeof(CK_ULONG);
    CK_MECHANISM mechanism = {with_keys[row].type, words, size};
    memcpy(before, words, sizeof before);
    memcpy(expected, words, sizeof expected);
    for (unsigned i = 0; i < with_keys[row].count && i < PF_MECHANISM_KEYS; i++)
        expected[with_keys[row].at[i]] = real[i];
    CK_MECHANISM *result = pf_mechanism_translate(&mechanism, real, &own);
    return result == &own.mechanism && result->mechanism == with_keys[row].type &&
           result->ulParameterLen == size && result->pParameter != words &&
           memcmp(result->pParameter, expected, size) == 0 &&
           memcmp(words, before, sizeof before) == 0;
}

/* Nothing is looked for, and the host's own mechanism goes to the backend. */
static bool
is_untouched(CK_MECHANISM *mechanism)
{
    CK_OBJECT_HANDLE keys[PF_MECHANISM_KEYS];
    CK_OBJECT_HANDLE *places[PF_MECHANISM_MADE];
    CK_OBJECT_HANDLE real[PF_MECHANISM_KEYS] = {71, 72};
    PfMechanism own;
    return pf_mechanism_list_keys(mechanism, keys) == 0 &&
           pf_mechanism_list_made(mechanism, places) == 0 &&
           pf_mechanism_translate(mechanism, real, &own) == mechanism;
}

static void
test_keys(size_t row)
{
    CK_ULONG words[MAX_WORDS];
    CK_OBJECT_HANDLE keys[PF_MECHANISM_KEYS] = {0};
    CK_ULONG size = with_keys[row].words * sizeof(CK_ULONG);
    CK_MECHANISM mechanism = {with_keys[row].type, words, size};
    fill(words);
    bool is_found = pf_mechanism_list_keys(&mechanism, keys) == with_keys[row].count;
    for (unsigned i = 0; i < with_keys[row].count; i++)
        is_found = is_found && keys[i] == words[with_keys[row].at[i]];
    CHECK_MSG(is_found, "%s: its keys are found", with_keys[row].name);
    CHECK_MSG(is_translated(row, words), "%s: its keys are translated", with_keys[row].name);
    mechanism.ulParameterLen = size - 1;
    bool is_left = is_untouched(&mechanism);
    mechanism.ulParameterLen = size + sizeof(CK_ULONG);
    is_left = is_left && is_untouched(&mechanism);
    mechanism.ulParameterLen = 0;
    is_left = is_left && is_untouched(&mechanism);
    mechanism = (CK_MECHANISM){with_keys[row].type, NULL, size};
    CHECK_MSG(is_left && is_untouched(&mechanism), "%s: of another length it is left alone",
              with_keys[row].name);
}

static void
test_salt(void)
{
    CK_ULONG words[MAX_WORDS];
    CK_MECHANISM mechanism = {0x402a, words, 8 * sizeof(CK_ULONG)};
    bool is_left = true;
    for (CK_ULONG type = 0; type < 4; type++) {
        fill(words);
        words[2] = type;
        is_left = is_left && is_untouched(&mechanism);
    }
    CHECK_MSG(is_left, "a salt of HKDF that is no key is left alone");
}

static void
test_made(const char *name, CK_MECHANISM_TYPE type, unsigned n_words)
{
    CK_OBJECT_HANDLE out[6] = {11, 12, 13, 14, 0, 0};
    CK_ULONG words[MAX_WORDS];
    CK_OBJECT_HANDLE *places[PF_MECHANISM_MADE];
    CK_OBJECT_HANDLE keys[PF_MECHANISM_KEYS];
    CK_MECHANISM mechanism = {type, words, n_words * sizeof(CK_ULONG)};
    fill(words);
    words[8] = (CK_ULONG)out;
    bool is_found = pf_mechanism_list_made(&mechanism, places) == 4;
    for (unsigned i = 0; is_found && i < 4; i++)
        is_found = places[i] == &out[i];
    CHECK_MSG(is_found && pf_mechanism_list_keys(&mechanism, keys) == 0,
              "%s: what it makes is found", name);
    mechanism.ulParameterLen -= sizeof(CK_ULONG);
    bool is_left = is_untouched(&mechanism);
    mechanism.ulParameterLen += sizeof(CK_ULONG);
    words[8] = 0;
    CHECK_MSG(is_left && is_untouched(&mechanism), "%s: without a place for it it is left alone",
              name);
}

int
main(void)
{
    CK_ULONG words[MAX_WORDS];
    CK_MECHANISM other = {CKM_RSA_PKCS, words, sizeof(CK_ULONG)};
    fill(words);
    for (size_t i = 0; i < sizeof with_keys / sizeof *with_keys; i++)
        test_keys(i);
    test_salt();
    test_made("SSL3_KEY_AND_MAC_DERIVE", 0x372, 9);
    test_made("TLS_KEY_AND_MAC_DERIVE", 0x376, 9);
    test_made("TLS12_KEY_AND_MAC_DERIVE", 0x3e1, 10);
    test_made("TLS12_KEY_SAFE_DERIVE", 0x3e3, 10);
    CHECK_MSG(is_untouched(&other) && is_untouched(NULL), "another mechanism is left alone");
    return pf_tap_done();
}
