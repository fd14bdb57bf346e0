/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* List update: one splice, or none. */
#include "list-update.h"

typedef struct {
    GListModel *list;
    GPtrArray *items;
    GEqualFunc equal;
} Update;

static gboolean
is_equal(const Update *update, guint position, guint index)
{
    g_autoptr(GObject) item = g_list_model_get_item(update->list, position);
    return update->equal(item, g_ptr_array_index(update->items, index));
}

gboolean
pf_list_update_set(GListStore *list, GPtrArray *items, GEqualFunc equal)
{
    Update update = {G_LIST_MODEL(list), items, equal};
    guint old_count = g_list_model_get_n_items(update.list);
    guint head = 0;
    guint tail = 0;
    while (head < MIN(old_count, items->len) && is_equal(&update, head, head))
        head++;
    while (tail < MIN(old_count, items->len) - head &&
           is_equal(&update, old_count - 1 - tail, items->len - 1 - tail))
        tail++;
    guint removed = old_count - head - tail;
    guint added = items->len - head - tail;
    if (removed == 0 && added == 0)
        return FALSE;
    g_list_store_splice(list, head, removed, items->len > 0 ? items->pdata + head : NULL, added);
    return TRUE;
}
