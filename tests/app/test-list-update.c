/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* New content for a list: what stays is the same object, and what changes is one splice. */
#include "list-update.h"

#include <gio/gio.h>

static gboolean
have_same_name(gconstpointer a, gconstpointer b)
{
    return g_str_equal(g_file_peek_path(G_FILE((gpointer)a)),
                       g_file_peek_path(G_FILE((gpointer)b)));
}

/* One item for each letter of LETTERS. */
static GPtrArray *
new_items(const char *letters)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(g_object_unref);
    for (const char *p = letters; *p != '\0'; p++) {
        char path[] = {'/', *p, '\0'};
        g_ptr_array_add(items, g_file_new_for_path(path));
    }
    return items;
}

static char *
dup_letters(GListModel *list)
{
    GString *letters = g_string_new(NULL);
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(GFile) file = g_list_model_get_item(list, i);
        g_string_append(letters, g_file_peek_path(file) + 1);
    }
    return g_string_free(letters, FALSE);
}

static void
on_items_changed(GListModel *list, guint position, guint removed, guint added, char *seen)
{
    g_snprintf(seen, 32, "%s%u-%u+%u", seen[0] != '\0' ? "twice " : "", position, removed, added);
}

static void
test_set(void)
{
    static const struct {
        const char *before, *after, *change;
    } cases[] = {
        {"", "", ""},           {"", "ab", "0-0+2"},       {"ab", "", "0-2+0"},
        {"abc", "abc", ""},     {"abc", "ac", "1-1+0"},    {"ac", "abc", "1-0+1"},
        {"abc", "bc", "0-1+0"}, {"abc", "ab", "2-1+0"},    {"abc", "axyc", "1-1+2"},
        {"aa", "a", "1-1+0"},   {"abcd", "dcba", "0-4+4"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char seen[32] = "";
        g_autoptr(GListStore) list = g_list_store_new(G_TYPE_FILE);
        g_autoptr(GPtrArray) before = new_items(cases[i].before);
        g_autoptr(GPtrArray) after = new_items(cases[i].after);
        pf_list_update_set(list, before, have_same_name);
        g_signal_connect(list, "items-changed", G_CALLBACK(on_items_changed), seen);
        gboolean changed = pf_list_update_set(list, after, have_same_name);
        g_autofree char *letters = dup_letters(G_LIST_MODEL(list));
        g_assert_cmpstr(letters, ==, cases[i].after);
        g_assert_cmpstr(seen, ==, cases[i].change);
        g_assert_cmpint(changed, ==, cases[i].change[0] != '\0');
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/list-update/set", test_set);
    return g_test_run();
}
