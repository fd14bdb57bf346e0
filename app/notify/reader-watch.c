/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfReaderWatch: a set of readers, and in which of them the next token is an inserted one. */
#include "reader-watch.h"

/* An agent that has just begun finds readers and cards that were there before it, within this. */
#define BEGINNING_US (5 * G_TIME_SPAN_SECOND)

struct PfReaderWatch {
    GHashTable *readers; /* name -> GINT_TO_POINTER(fresh) */
    gint64 began_at;
};

PfReaderWatch *
pf_reader_watch_new(void)
{
    PfReaderWatch *watch = g_new0(PfReaderWatch, 1);
    watch->readers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return watch;
}

void
pf_reader_watch_free(PfReaderWatch *watch)
{
    if (watch == NULL)
        return;
    g_hash_table_unref(watch->readers);
    g_free(watch);
}

void
pf_reader_watch_reset(PfReaderWatch *watch, gint64 at)
{
    g_hash_table_remove_all(watch->readers);
    watch->began_at = at;
}

static gboolean
is_empty(PfTokenItem *row)
{
    return pf_token_item_get_uri(row) == NULL && !pf_token_item_has_card(row);
}

void
pf_reader_watch_update(PfReaderWatch *watch, GListModel *rows, gint64 at)
{
    gboolean begins = at - watch->began_at < BEGINNING_US;
    g_autoptr(GHashTable) before = g_steal_pointer(&watch->readers);
    watch->readers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < g_list_model_get_n_items(rows); i++) {
        g_autoptr(PfTokenItem) row = g_list_model_get_item(rows, i);
        const char *reader = pf_token_item_get_reader(row);
        gpointer fresh;
        if (reader == NULL)
            continue;
        if (!g_hash_table_lookup_extended(before, reader, NULL, &fresh))
            fresh = GINT_TO_POINTER(!begins);
        if (is_empty(row))
            fresh = GINT_TO_POINTER(TRUE);
        g_hash_table_replace(watch->readers, g_strdup(reader), fresh);
    }
}

gboolean
pf_reader_watch_is_fresh(PfReaderWatch *watch, const char *reader)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(watch->readers, reader));
}

void
pf_reader_watch_settle(PfReaderWatch *watch, const char *reader)
{
    if (g_hash_table_contains(watch->readers, reader))
        g_hash_table_replace(watch->readers, g_strdup(reader), GINT_TO_POINTER(FALSE));
}
