/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Questions about a list of tokens; it is short. */
#include "token-list.h"

const PfToken *
pf_token_list_find(const GPtrArray *tokens, const char *uri)
{
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (g_str_equal(token->uri, uri))
            return token;
    }
    return NULL;
}

gboolean
pf_token_list_has(const GPtrArray *tokens, const char *uri, const char *reader)
{
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (g_str_equal(token->uri, uri) && g_strcmp0(token->reader, reader) == 0)
            return TRUE;
    }
    return FALSE;
}

GHashTable *
pf_token_list_find_read(const GPtrArray *tokens)
{
    GHashTable *uris = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (token->module != NULL)
            g_hash_table_add(uris, g_strdup(token->uri));
    }
    return uris;
}

/* Has the helper found TOKEN in another reader, too, that comes before its own in the list? */
static gboolean
has_double_before(const GPtrArray *tokens, const PfToken *token)
{
    for (guint i = 0; tokens->pdata[i] != token; i++) {
        const PfToken *other = tokens->pdata[i];
        if (other->module != NULL && other->reader != NULL && g_str_equal(other->uri, token->uri))
            return TRUE;
    }
    return FALSE;
}

GStrv
pf_token_list_find_doubled(const GPtrArray *tokens)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (guint i = 0; i < tokens->len; i++) {
        const PfToken *token = tokens->pdata[i];
        if (token->module != NULL && token->reader != NULL && has_double_before(tokens, token))
            g_strv_builder_add(builder, token->uri);
    }
    return g_strv_builder_end(builder);
}

void
pf_token_list_limit_reported(GPtrArray *tokens, guint max)
{
    guint count = 0;
    for (guint i = tokens->len; i-- > 0;) {
        const PfToken *token = tokens->pdata[i];
        if (token->module == NULL && ++count > max)
            g_ptr_array_remove_index(tokens, i);
    }
}
