/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Kinds of keys: what the helper calls them, and what people read. */
#include "key-kind.h"

#include <glib/gi18n.h>

const char *
pf_key_kind_get_text(const char *word)
{
    static const struct {
        const char *word;
        const char *text;
    } kinds[] = {
        /* Translators: kinds of keys; “RSA” and “P-256” are names. */
        {"rsa-2048", N_("RSA, 2048 bits")},
        {"rsa-3072", N_("RSA, 3072 bits")},
        {"rsa-4096", N_("RSA, 4096 bits")},
        /* Translators: a kind of keys, on an elliptic curve of that name. */
        {"ec-p256", N_("Elliptic curve, P-256")},
        {"ec-p384", N_("Elliptic curve, P-384")},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_strcmp0(kinds[i].word, word) == 0)
            return _(kinds[i].text);
    }
    return NULL;
}
