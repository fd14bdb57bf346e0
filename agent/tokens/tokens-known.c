/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKnown: the short form of data/backends.md; the tests measure both again. */
#include "tokens-known.h"

#include <glib.h>

#include "tokens-field.h"

/* A card's logout is its driver's affair: OpenSC has another one for each kind of card. */
static const PfTokensKnown known[] = {
    {"SoftHSM", "Implementation of PKCS11", NULL, NULL, "2.6", "ends"},
    {"OpenSC Project", "OpenSC smartcard framework", "piv_II", NULL, "0.23", "mark"},
    {"GNOME Keyring", "GNOME Keyring Daemon Core", NULL, NULL, "1.1", "ends"},
    {"IBM", "Meta PKCS11 LIBRARY", "IBM Corp.", "IBM SoftTok", "3.8", "ends"},
    {"tpm2-software.github.io", "TPM2.0 Cryptoki", NULL, NULL, "1.9", "readable"},
};

/* TEXT NULL: any. */
static gboolean
is_field(const unsigned char *field, gsize size, const char *text)
{
    if (text == NULL)
        return TRUE;
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
            is_field(token->manufacturerID, sizeof token->manufacturerID,
                     known[i].token_manufacturer) &&
            is_field(token->model, sizeof token->model, known[i].token_model))
            return &known[i];
    }
    return NULL;
}
