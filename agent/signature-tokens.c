/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSignatureTokens: a table with an end. */
#include "signature-tokens.h"

/* A person has a few; more are somebody's invention. */
#define TOKENS_MAX 256u

struct PfSignatureTokens {
    GHashTable *kinds; /* token URI -> PfSignatureKind */
    gboolean is_full;  /* one did not fit: none can be told from it */
};

PfSignatureTokens *
pf_signature_tokens_new(void)
{
    PfSignatureTokens *tokens = g_new0(PfSignatureTokens, 1);
    tokens->kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return tokens;
}

void
pf_signature_tokens_free(PfSignatureTokens *tokens)
{
    g_hash_table_unref(tokens->kinds);
    g_free(tokens);
}

gboolean
pf_signature_tokens_add(PfSignatureTokens *tokens, const char *token_uri, PfSignatureKind kind)
{
    if (pf_signature_tokens_get(tokens, token_uri) == kind)
        return FALSE;
    if (!g_hash_table_contains(tokens->kinds, token_uri) &&
        g_hash_table_size(tokens->kinds) >= TOKENS_MAX)
        tokens->is_full = TRUE;
    else
        g_hash_table_insert(tokens->kinds, g_strdup(token_uri), GUINT_TO_POINTER(kind));
    return TRUE;
}

void
pf_signature_tokens_remove(PfSignatureTokens *tokens, const char *token_uri)
{
    g_hash_table_remove(tokens->kinds, token_uri);
}

PfSignatureKind
pf_signature_tokens_get(const PfSignatureTokens *tokens, const char *token_uri)
{
    PfSignatureKind kind =
        (PfSignatureKind)GPOINTER_TO_UINT(g_hash_table_lookup(tokens->kinds, token_uri));
    return kind == PF_SIGNATURE_TOKEN_NOT && tokens->is_full ? PF_SIGNATURE_TOKEN_BY_KEYS : kind;
}

GStrv
pf_signature_tokens_list(const PfSignatureTokens *tokens)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    GHashTableIter iter;
    const char *uri;
    g_hash_table_iter_init(&iter, tokens->kinds);
    while (g_hash_table_iter_next(&iter, (gpointer *)&uri, NULL))
        g_strv_builder_add(builder, uri);
    return g_strv_builder_end(builder);
}
