/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token items: what was there before is found again by what it is. */
#include "token-items.h"

#include "domain-item.h"
#include "list-update.h"

static PfTokenItem *
find_same(GListModel *tokens, PfTokenItem *item, GPtrArray *taken)
{
    for (guint i = 0; i < g_list_model_get_n_items(tokens); i++) {
        g_autoptr(PfTokenItem) old = g_list_model_get_item(tokens, i);
        if (pf_token_item_is_same(old, item) && !g_ptr_array_find(taken, old, NULL))
            return g_steal_pointer(&old);
    }
    return NULL;
}

gboolean
pf_token_items_update(GListStore *store, GPtrArray *items)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_object_unref);
    gboolean changed = FALSE;
    for (guint i = 0; i < items->len; i++) {
        PfTokenItem *item = g_ptr_array_index(items, i);
        PfTokenItem *old = find_same(G_LIST_MODEL(store), item, kept);
        if (old != NULL)
            changed |= pf_token_item_take(old, item);
        g_ptr_array_add(kept, old != NULL ? old : g_object_ref(item));
    }
    return pf_list_update_set(store, kept, g_direct_equal) || changed;
}

void
pf_token_items_note_names(GListModel *items)
{
    for (guint i = 0; i < g_list_model_get_n_items(items); i++) {
        g_autoptr(PfTokenItem) item = g_list_model_get_item(items, i);
        pf_token_item_note_name(item);
    }
}

guint
pf_token_items_count(GListModel *items)
{
    guint count = 0;
    for (guint i = 0; i < g_list_model_get_n_items(items); i++) {
        g_autoptr(PfTokenItem) item = g_list_model_get_item(items, i);
        count += pf_token_item_get_uri(item) != NULL ? 1 : 0;
    }
    return count;
}

guint
pf_token_items_count_pins(GListModel *items)
{
    guint count = 0;
    for (guint i = 0; i < g_list_model_get_n_items(items); i++) {
        g_autoptr(PfTokenItem) item = g_list_model_get_item(items, i);
        count += pf_token_item_count_pins(item);
    }
    return count;
}

char *
pf_token_items_dup_still_open(GListModel *items)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (guint i = 0; i < g_list_model_get_n_items(items); i++) {
        g_autoptr(PfTokenItem) token = g_list_model_get_item(items, i);
        GListModel *domains = pf_token_item_get_domains(token);
        for (guint j = 0; j < g_list_model_get_n_items(domains); j++) {
            g_autoptr(PfDomainItem) domain = g_list_model_get_item(domains, j);
            if (pf_domain_item_get_still_open(domain) != NULL)
                g_strv_builder_add(names, pf_domain_item_get_still_open(domain));
        }
    }
    g_auto(GStrv) list = g_strv_builder_end(names);
    return list[0] != NULL ? g_strjoinv(", ", list) : NULL;
}
