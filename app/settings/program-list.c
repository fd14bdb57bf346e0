/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Program list: from the agent's status, and from the desktop files. */
#include "program-list.h"

static int
compare_items(gconstpointer a, gconstpointer b)
{
    return pf_program_item_compare(*(PfProgramItem *const *)a, *(PfProgramItem *const *)b);
}

static gboolean
has_program(gconstpointer item, gconstpointer program)
{
    return g_str_equal(pf_program_item_get_program((PfProgramItem *)item), program);
}

static void
add_members(GPtrArray *items, GVariant *domain)
{
    GVariantIter iter;
    GVariant *member;
    g_autoptr(GVariant) members =
        g_variant_lookup_value(domain, "members", G_VARIANT_TYPE("aa{sv}"));
    if (members == NULL)
        return;
    g_variant_iter_init(&iter, members);
    while (g_variant_iter_loop(&iter, "@a{sv}", &member)) {
        const char *exe = NULL;
        const char *name = NULL;
        g_variant_lookup(member, "exe", "&s", &exe);
        g_variant_lookup(member, "name", "&s", &name);
        if (exe != NULL && exe[0] == '/' &&
            !g_ptr_array_find_with_equal_func(items, exe, has_program, NULL))
            g_ptr_array_add(items, pf_program_item_new(exe, name));
    }
}

GPtrArray *
pf_program_list_connected(GVariant *domains)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(g_object_unref);
    for (gsize i = 0; domains != NULL && i < g_variant_n_children(domains); i++) {
        g_autoptr(GVariant) domain = g_variant_get_child_value(domains, i);
        add_members(items, domain);
    }
    g_ptr_array_sort(items, compare_items);
    return items;
}

GPtrArray *
pf_program_list_installed(void)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(g_object_unref);
    GList *all = g_app_info_get_all();
    for (GList *l = all; l != NULL; l = l->next) {
        GAppInfo *info = l->data;
        if (g_app_info_should_show(info) && g_app_info_get_id(info) != NULL)
            g_ptr_array_add(items, pf_program_item_new_installed(info));
    }
    g_list_free_full(all, g_object_unref);
    g_ptr_array_sort(items, compare_items);
    return items;
}
