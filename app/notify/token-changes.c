/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token changes: by URI, and told for each reader at once, as a card may have several tokens. */
#include "token-changes.h"

GPtrArray *
pf_token_changes_dup_tokens(GListModel *rows)
{
    GPtrArray *tokens = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < g_list_model_get_n_items(rows); i++) {
        g_autoptr(PfTokenItem) row = g_list_model_get_item(rows, i);
        if (pf_token_item_is_listed(row))
            g_ptr_array_add(tokens, pf_token_item_dup(row));
    }
    return tokens;
}

PfTokenItem *
pf_token_changes_find(const GPtrArray *tokens, const char *uri)
{
    for (guint i = 0; tokens != NULL && i < tokens->len; i++) {
        PfTokenItem *token = g_ptr_array_index(tokens, i);
        if (g_str_equal(pf_token_item_get_uri(token), uri))
            return token;
    }
    return NULL;
}

/* The tokens of TOKENS that OTHERS has not, by their readers: name -> GPtrArray. A token in no
 * reader was not put anywhere. */
static GHashTable *
list_missing(const GPtrArray *tokens, const GPtrArray *others)
{
    GHashTable *missing =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; tokens != NULL && i < tokens->len; i++) {
        PfTokenItem *token = g_ptr_array_index(tokens, i);
        const char *reader = pf_token_item_get_reader(token);
        if (reader == NULL || pf_token_changes_find(others, pf_token_item_get_uri(token)) != NULL)
            continue;
        GPtrArray *list = g_hash_table_lookup(missing, reader);
        if (list == NULL) {
            list = g_ptr_array_new();
            g_hash_table_insert(missing, (gpointer)reader, list);
        }
        g_ptr_array_add(list, token);
    }
    return missing;
}

static gboolean
was_cached(const GPtrArray *tokens, GHashTable *lost_pins)
{
    for (guint i = 0; i < tokens->len; i++) {
        PfTokenItem *token = g_ptr_array_index(tokens, i);
        if (pf_token_item_count_pins(token) > 0 ||
            g_hash_table_contains(lost_pins, pf_token_item_get_uri(token)))
            return TRUE;
    }
    return FALSE;
}

GPtrArray *
pf_token_changes_dup_moves(const GPtrArray *before, const GPtrArray *now, PfReaderWatch *watch,
                           GHashTable *lost_pins)
{
    GPtrArray *notices = g_ptr_array_new_with_free_func((GDestroyNotify)pf_notice_free);
    g_autoptr(GHashTable) came = list_missing(now, before);
    g_autoptr(GHashTable) went = list_missing(before, now);
    GHashTableIter iter;
    gpointer reader;
    gpointer tokens;
    g_hash_table_iter_init(&iter, went);
    while (g_hash_table_iter_next(&iter, &reader, &tokens)) {
        if (!g_hash_table_contains(came, reader))
            g_ptr_array_add(notices,
                            pf_notice_new_removed(reader, tokens, was_cached(tokens, lost_pins)));
    }
    g_hash_table_iter_init(&iter, came);
    while (g_hash_table_iter_next(&iter, &reader, &tokens)) {
        /* One card after another may have been too quick for the reader to be seen empty. */
        if (pf_reader_watch_is_fresh(watch, reader) || g_hash_table_contains(went, reader))
            g_ptr_array_add(notices, pf_notice_new_inserted(reader, tokens));
        pf_reader_watch_settle(watch, reader);
    }
    return notices;
}

/* A PIN that was blocked long before is no news. */
static gboolean
is_news(PfTokenItem *was, PfTokenItem *token)
{
    PfTokenTries tries = pf_token_item_get_tries(token);
    if (was == NULL)
        return tries == PF_TOKEN_TRIES_LAST;
    return tries != pf_token_item_get_tries(was) && tries != PF_TOKEN_TRIES_ENOUGH;
}

GPtrArray *
pf_token_changes_dup_tries(const GPtrArray *before, const GPtrArray *now)
{
    GPtrArray *notices = g_ptr_array_new_with_free_func((GDestroyNotify)pf_notice_free);
    for (guint i = 0; i < now->len; i++) {
        PfTokenItem *token = g_ptr_array_index(now, i);
        if (is_news(pf_token_changes_find(before, pf_token_item_get_uri(token)), token))
            g_ptr_array_add(notices, pf_notice_new_tries(token));
    }
    return notices;
}

GStrv
pf_token_changes_dup_relieved(const GPtrArray *before, const GPtrArray *now)
{
    g_autoptr(GStrvBuilder) uris = g_strv_builder_new();
    for (guint i = 0; before != NULL && i < before->len; i++) {
        PfTokenItem *was = g_ptr_array_index(before, i);
        const char *uri = pf_token_item_get_uri(was);
        PfTokenItem *token = pf_token_changes_find(now, uri);
        if (pf_token_item_get_tries(was) != PF_TOKEN_TRIES_ENOUGH &&
            (token == NULL || pf_token_item_get_tries(token) == PF_TOKEN_TRIES_ENOUGH))
            g_strv_builder_add(uris, uri);
    }
    return g_strv_builder_end(uris);
}
