/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKnown: the short form of data/backends.md; the tests measure both again. */
#include "tokens-known.h"

#include <glib.h>

#include "tokens-field.h"

/* A card's logout is its driver's affair: OpenSC has another one for each kind of card. */
static const PfTokensKnown known[] = {
    {"SoftHSM", "Implementation of PKCS11", NULL, "2.6", "ends"},
    {"OpenSC Project", "OpenSC smartcard framework", "piv_II", "0.23", "mark"},
};

static gboolean
is_field(const unsigned char *field, gsize size, const char *text)
{
    g_autofree char *have = pf_tokens_field_dup(field, size);
    return g_str_equal(have, text);
}

const PfTokensKnown *
pf_tokens_known_find(const CK_INFO *library, const CK_TOKEN_INFO *token)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        if (is_field(library->manufacturerID, sizeof library->manufacturerID,
                     known[i].manufacturer) &&
            is_field(library->libraryDescription, sizeof library->libraryDescription,
                     known[i].description) &&
            (known[i].token_manufacturer == NULL ||
             is_field(token->manufacturerID, sizeof token->manufacturerID,
                      known[i].token_manufacturer)))
            return &known[i];
    }
    return NULL;
}
