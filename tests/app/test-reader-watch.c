/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which tokens are news: by what their readers had before, and since when the agent looks. */
#include <locale.h>

#include "reader-watch.h"

#define READER "Reader"
#define LATER  (6 * G_TIME_SPAN_SECOND)

static void
see(PfReaderWatch *watch, PfTokenItem *row, gint64 at)
{
    g_autoptr(GListStore) rows = g_list_store_new(PF_TYPE_TOKEN_ITEM);
    if (row != NULL)
        g_list_store_append(rows, row);
    g_clear_object(&row);
    pf_reader_watch_update(watch, G_LIST_MODEL(rows), at);
}

static PfTokenItem *
new_reader(gboolean card)
{
    return pf_token_item_new_reader(READER,
                                    card ? PF_TOKEN_PRESENCE_READING : PF_TOKEN_PRESENCE_NONE);
}

static PfTokenItem *
new_token(void)
{
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "uri", "s", "pkcs11:token=a");
    g_variant_dict_insert(&dict, "reader", "s", READER);
    g_variant_dict_insert(&dict, "label", "s", "a");
    g_variant_dict_insert_value(&dict, "flags", g_variant_new_strv(NULL, 0));
    g_autoptr(GVariant) token = g_variant_ref_sink(g_variant_dict_end(&dict));
    return pf_token_item_new(token);
}

static void
test_there_at_the_start(void)
{
    g_autoptr(PfReaderWatch) watch = pf_reader_watch_new();
    pf_reader_watch_reset(watch, 100);
    see(watch, NULL, 100);
    see(watch, new_reader(TRUE), 200);
    g_assert_false(pf_reader_watch_is_fresh(watch, READER));
    see(watch, new_token(), 300);
    g_assert_false(pf_reader_watch_is_fresh(watch, READER));
}

static void
test_put_into_an_empty_reader(void)
{
    g_autoptr(PfReaderWatch) watch = pf_reader_watch_new();
    pf_reader_watch_reset(watch, 100);
    see(watch, new_reader(FALSE), 100);
    see(watch, new_reader(TRUE), 200);
    see(watch, new_token(), 300);
    g_assert_true(pf_reader_watch_is_fresh(watch, READER));
    pf_reader_watch_settle(watch, READER);
    see(watch, new_token(), 400);
    g_assert_false(pf_reader_watch_is_fresh(watch, READER));
    see(watch, new_reader(FALSE), 500);
    see(watch, new_token(), 600);
    g_assert_true(pf_reader_watch_is_fresh(watch, READER));
}

/* A stick is reader and card in one. */
static void
test_plugged_in(void)
{
    g_autoptr(PfReaderWatch) watch = pf_reader_watch_new();
    pf_reader_watch_reset(watch, 100);
    see(watch, NULL, 100);
    see(watch, new_token(), 100 + LATER);
    g_assert_true(pf_reader_watch_is_fresh(watch, READER));
    pf_reader_watch_settle(watch, READER);
    see(watch, NULL, 200 + LATER);
    g_assert_false(pf_reader_watch_is_fresh(watch, READER));
    see(watch, new_token(), 300 + LATER);
    g_assert_true(pf_reader_watch_is_fresh(watch, READER));
}

static void
test_another_agent(void)
{
    g_autoptr(PfReaderWatch) watch = pf_reader_watch_new();
    pf_reader_watch_reset(watch, 100);
    see(watch, new_reader(FALSE), 100);
    pf_reader_watch_reset(watch, 100 + LATER);
    see(watch, new_token(), 200 + LATER);
    g_assert_false(pf_reader_watch_is_fresh(watch, READER));
    pf_reader_watch_settle(watch, "no such reader");
    g_assert_false(pf_reader_watch_is_fresh(watch, "no such reader"));
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reader-watch/there-at-the-start", test_there_at_the_start);
    g_test_add_func("/reader-watch/put-into-an-empty-reader", test_put_into_an_empty_reader);
    g_test_add_func("/reader-watch/plugged-in", test_plugged_in);
    g_test_add_func("/reader-watch/another-agent", test_another_agent);
    return g_test_run();
}
