/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKind: what programs everywhere can use, held against what a mechanism says of itself. */
#include "tokens-kind.h"

#include <openssl/obj_mac.h>

/* Of an RSA key no token takes fewer bits as its most: a smaller number counts bytes. */
#define RSA_BITS_MIN 1024u

static const PfTokensKind kinds[] = {
    {"rsa-2048", CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, 2048, 0},
    {"rsa-3072", CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, 3072, 0},
    {"rsa-4096", CKK_RSA, CKM_RSA_PKCS_KEY_PAIR_GEN, 4096, 0},
    {"ec-p256", CKK_EC, CKM_EC_KEY_PAIR_GEN, 256, NID_X9_62_prime256v1},
    {"ec-p384", CKK_EC, CKM_EC_KEY_PAIR_GEN, 384, NID_secp384r1},
};

const PfTokensKind *
pf_tokens_kind_find(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_strcmp0(kinds[i].word, word) == 0)
            return &kinds[i];
    }
    return NULL;
}

/* Some modules say nothing of sizes, and some say them in bytes. */
gboolean
pf_tokens_kind_fits(const PfTokensKind *kind, CK_FUNCTION_LIST *p11, CK_SLOT_ID slot)
{
    CK_MECHANISM_INFO info = {0};
    if (p11->C_GetMechanismInfo(slot, kind->mechanism, &info) != CKR_OK ||
        (info.flags & CKF_GENERATE_KEY_PAIR) == 0)
        return FALSE;
    CK_ULONG unit = kind->type == CKK_RSA && info.ulMaxKeySize < RSA_BITS_MIN ? 8 : 1;
    if (info.ulMaxKeySize != 0 && kind->bits > info.ulMaxKeySize * unit)
        return FALSE;
    return kind->bits >= info.ulMinKeySize * unit;
}

JsonArray *
pf_tokens_kind_list(CK_FUNCTION_LIST *p11, CK_SLOT_ID slot)
{
    JsonArray *words = json_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (pf_tokens_kind_fits(&kinds[i], p11, slot))
            json_array_add_string_element(words, kinds[i].word);
    }
    return words;
}
