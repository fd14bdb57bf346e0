/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCertificateStore: a table that follows the list of tokens. */
#include "certificate-store.h"

/* Each one is a process; a card that hangs keeps only one of them. */
#define READING_MAX 3u

struct PfCertificateStore {
    GListModel *tokens;
    GHashTable *lists; /* URI -> PfCertificateList */
    gboolean is_active;
};

static guint
count(PfCertificateStore *store, PfCertificatesState state, PfCertificateList **ret_one)
{
    GHashTableIter iter;
    PfCertificateList *list;
    guint found = 0;
    g_hash_table_iter_init(&iter, store->lists);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&list)) {
        if (pf_certificate_list_get_state(list) != state)
            continue;
        *ret_one = list;
        found++;
    }
    return found;
}

/* Also called by each list that changes, and by that from within itself. */
static void
read_unread(PfCertificateStore *store)
{
    PfCertificateList *list;
    while (store->is_active && count(store, PF_CERTIFICATES_READING, &list) < READING_MAX &&
           count(store, PF_CERTIFICATES_UNREAD, &list) > 0)
        pf_certificate_list_read(list);
}

static void
drop_list(PfCertificateStore *store, PfCertificateList *list)
{
    g_signal_handlers_disconnect_by_data(list, store);
    pf_certificate_list_cancel(list);
}

/* A token that only a login tells of is in no slot: its card was pulled, if it had one. */
static gboolean
is_there(PfCertificateStore *store, const char *uri)
{
    for (guint i = 0; i < g_list_model_get_n_items(store->tokens); i++) {
        g_autoptr(PfTokenItem) token = g_list_model_get_item(store->tokens, i);
        if (pf_token_item_is_listed(token) && g_str_equal(pf_token_item_get_uri(token), uri))
            return TRUE;
    }
    return FALSE;
}

static gboolean
drop_if_gone(gpointer uri, gpointer list, gpointer user_data)
{
    if (is_there(user_data, uri))
        return FALSE;
    drop_list(user_data, list);
    return TRUE;
}

static void
on_tokens_items_changed(PfCertificateStore *store)
{
    g_hash_table_foreach_remove(store->lists, drop_if_gone, store);
    read_unread(store);
}

void
pf_certificate_store_set_active(PfCertificateStore *store, gboolean active)
{
    store->is_active = active;
    read_unread(store);
}

PfCertificateList *
pf_certificate_store_get(PfCertificateStore *store, PfTokenItem *token)
{
    const char *uri = pf_token_item_get_uri(token);
    if (uri == NULL || !is_there(store, uri))
        return NULL;
    PfCertificateList *list = g_hash_table_lookup(store->lists, uri);
    if (list != NULL)
        return list;
    list = pf_certificate_list_new(uri, pf_token_item_get_module_path(token));
    g_signal_connect_swapped(list, "changed", G_CALLBACK(read_unread), store);
    g_hash_table_insert(store->lists, g_strdup(uri), list);
    read_unread(store);
    return list;
}

void
pf_certificate_store_read_again(PfCertificateStore *store, const char *uri)
{
    PfCertificateList *list = g_hash_table_lookup(store->lists, uri);
    if (list != NULL)
        pf_certificate_list_read(list);
}

void
pf_certificate_store_outdate(PfCertificateStore *store, const char *uri)
{
    PfCertificateList *list = g_hash_table_lookup(store->lists, uri);
    if (list != NULL)
        pf_certificate_list_outdate(list);
}

PfCertificateStore *
pf_certificate_store_new(GListModel *tokens)
{
    PfCertificateStore *store = g_new0(PfCertificateStore, 1);
    store->tokens = g_object_ref(tokens);
    store->lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
    g_signal_connect_swapped(tokens, "items-changed", G_CALLBACK(on_tokens_items_changed), store);
    return store;
}

void
pf_certificate_store_free(PfCertificateStore *store)
{
    if (store == NULL)
        return;
    GHashTableIter iter;
    PfCertificateList *list;
    g_signal_handlers_disconnect_by_data(store->tokens, store);
    g_hash_table_iter_init(&iter, store->lists);
    while (g_hash_table_iter_next(&iter, NULL, (gpointer *)&list))
        drop_list(store, list);
    g_hash_table_unref(store->lists);
    g_object_unref(store->tokens);
    g_free(store);
}
