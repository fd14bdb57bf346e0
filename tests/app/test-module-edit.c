/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests how [Modules] of a pinfold.conf is changed, and what is left alone. */
#include "module-edit.h"

#include <string.h>

/* Entries in short: "a=/a.so b=". */
static GPtrArray *
new_entries(const char *text)
{
    GPtrArray *entries =
        g_ptr_array_new_with_free_func((GDestroyNotify)(void *)pf_module_entry_free);
    g_auto(GStrv) words = g_strsplit(text, "|", -1);
    for (gsize i = 0; words[i] != NULL && *text != '\0'; i++) {
        g_auto(GStrv) parts = g_strsplit(words[i], "=", 2);
        g_ptr_array_add(entries, pf_module_entry_new(parts[0], parts[1]));
    }
    return entries;
}

static const struct {
    const char *before;
    const char *entries;
    const char *after; /* NULL: refused */
} rows[] = {
    {"", "a=/a.so", "[Modules]\na = /a.so\n"},
    {"", "", ""},
    {"[Misc]\nAppIdMajor = 1\n", "a=/a.so", "[Misc]\nAppIdMajor = 1\n\n[Modules]\na = /a.so\n"},
    /* No end of the last line. */
    {"[Modules]\na=/a.so", "a=/a.so|b=/b.so", "[Modules]\na=/a.so\nb = /b.so\n"},
    /* What is around an entry stays where it is, and so does what is behind its value. */
    {"; mine\n[Modules]\n# first\na : /a.so ; good\n\n# "
     "second\nb=/b.so\n[Policy]\nprotected-path=ssh\n",
     "b=/b.so", "; mine\n[Modules]\n# first\n\n# second\nb=/b.so\n[Policy]\nprotected-path=ssh\n"},
    {"[Modules]\n# first\na = /a.so ; good\n# second\nb=/b.so\n", "b=/b.so|a=/a.so",
     "[Modules]\n# first\nb=/b.so\n# second\na = /a.so ; good\n"},
    {"[Modules]\na=/a.so\n", "a=/other.so", "[Modules]\na = /other.so\n"},
    {"[Modules]\n  a = /a.so\r\n", "a=/a.so|b=", "[Modules]\n  a = /a.so\r\nb = \n"},
    {"\xef\xbb\xbf[Modules]\na=/a.so\n", "", "\xef\xbb\xbf[Modules]\n"},
    /* Named twice: the last one counts. */
    {"[Modules]\na=/old.so\nb=/b.so\na=/a.so\n", "a=/a.so|b=/b.so|c=/c.so",
     "[Modules]\na=/a.so\nb=/b.so\nc = /c.so\n"},
    {"[Modules]\na=/a.so\n[Misc]\nAppIdMinor=2\n[Modules]\nb=/b.so\n", "a=/a.so|b=/b.so|c=/c.so",
     "[Modules]\na=/a.so\n[Misc]\nAppIdMinor=2\n[Modules]\nb=/b.so\nc = /c.so\n"},
    /* Removing is the entry of an empty path. */
    {"[Modules]\n", "opensc=", "[Modules]\nopensc = \n"},
    /* A file with faults is not touched, nor one made that would say something else. */
    {"[Modules\na=/a.so\n", "a=/a.so", NULL},
    {"what is this\n", "a=/a.so", NULL},
    {"[Modules]\nb=relative.so\n", "a=/a.so", NULL},
    {"", "a=relative.so", NULL},
    {"", "a=/a ;b.so", NULL},
    {"", "a=/a.so ", NULL},
    {"", "a=/a\n[Misc]\nAppIdMajor=1\n", NULL},
    {"", "[a=/a.so", NULL},
    {"", "a:b=/a.so", NULL},
};

static void
test_apply(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) entries = new_entries(rows[i].entries);
        g_autofree char *after = pf_module_edit_apply(rows[i].before, entries, &error);
        g_test_message("%s -> %s", rows[i].before, rows[i].entries);
        g_assert_cmpstr(after, ==, rows[i].after);
        g_assert_true((error != NULL) == (after == NULL));
    }
}

static void
test_too_long(void)
{
    g_autofree char *path = g_strnfill(10000, 'x');
    g_autoptr(GPtrArray) entries = new_entries("");
    path[0] = '/';
    g_ptr_array_add(entries, pf_module_entry_new("a", path));
    g_assert_null(pf_module_edit_apply("", entries, NULL));
    /* A long one that inih's own buffer has no room for. */
    path[1000] = '\0';
    g_ptr_array_set_size(entries, 0);
    g_ptr_array_add(entries, pf_module_entry_new("a", path));
    g_autofree char *text = pf_module_edit_apply("", entries, NULL);
    g_autoptr(GPtrArray) read = pf_module_edit_list(text);
    g_assert_cmpstr(((PfModuleEntry *)read->pdata[0])->path, ==, path);
}

static void
test_names(void)
{
    static const struct {
        const char *path;
        const char *name;
    } names[] = {
        {"/usr/lib/libvendor-p11.so.1", "vendor-p11"},
        {"/x/opensc-pkcs11.so", "opensc-pkcs11"},
        {"/x/soft.so", "soft-3"},
        {"/x/[a=b] ;.so", "-a-b---"},
        {"/x/lib.so", "module"},
        {"/x/taken.so", "taken-2"},
    };
    static const char *const others[] = {"taken", NULL};
    g_autoptr(GPtrArray) entries = new_entries("soft=/s.so|soft-2=");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = pf_module_edit_dup_name(names[i].path, entries, others);
        g_assert_cmpstr(name, ==, names[i].name);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/module-edit/apply", test_apply);
    g_test_add_func("/module-edit/too-long", test_too_long);
    g_test_add_func("/module-edit/names", test_names);
    return g_test_run();
}
