/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Changes of the modules: by the file's own entries, or, where order counts, by all. */
#include "module-change.h"

static gboolean
find_entry(const GPtrArray *entries, const char *name, guint *ret_index)
{
    for (guint i = 0; i < entries->len; i++) {
        const PfModuleEntry *entry = entries->pdata[i];
        if (g_str_equal(entry->name, name)) {
            *ret_index = i;
            return TRUE;
        }
    }
    return FALSE;
}

GPtrArray *
pf_module_change_remove(const PfModuleSetup *setup, const char *name)
{
    g_autoptr(GPtrArray) entries = pf_module_edit_list(setup->text);
    guint index;
    if (!find_entry(entries, name, &index))
        return NULL;
    g_ptr_array_remove_index(entries, index);
    return g_steal_pointer(&entries);
}

GPtrArray *
pf_module_change_switch_off(const PfModuleSetup *setup, const char *name)
{
    GPtrArray *entries = pf_module_edit_list(setup->text);
    g_ptr_array_add(entries, pf_module_entry_new(name, ""));
    return entries;
}

/* One that Pinfold chose by itself does not come back by its line's end when a file names others.
 */
GPtrArray *
pf_module_change_switch_on(const PfModuleSetup *setup, const char *name)
{
    const PfConfigModule *before = pf_module_setup_find(setup->system, name);
    gboolean comes_back =
        setup->effective->has_default_modules || !setup->system->has_default_modules;
    g_autoptr(GPtrArray) entries = pf_module_edit_list(setup->text);
    guint index;
    if (before == NULL || !find_entry(entries, name, &index))
        return NULL;
    if (comes_back) {
        g_ptr_array_remove_index(entries, index);
    } else {
        PfModuleEntry *entry = entries->pdata[index];
        g_free(entry->path);
        entry->path = g_strdup(before->path);
    }
    return g_steal_pointer(&entries);
}

/* Places change among the entries that name a module; one that is switched off has none. */
GPtrArray *
pf_module_change_move(const PfModuleSetup *setup, const char *name, int direction)
{
    g_autoptr(GPtrArray) entries = pf_module_setup_dup_entries(setup);
    guint index;
    if (!find_entry(entries, name, &index))
        return NULL;
    guint other = index;
    do {
        other += (guint)direction;
    } while (other < entries->len && *((PfModuleEntry *)entries->pdata[other])->path == '\0');
    if (other >= entries->len)
        return NULL;
    gpointer entry = entries->pdata[index];
    entries->pdata[index] = entries->pdata[other];
    entries->pdata[other] = entry;
    return g_steal_pointer(&entries);
}

GPtrArray *
pf_module_change_add(const PfModuleSetup *setup, const char *path)
{
    GPtrArray *entries = pf_module_setup_dup_entries(setup);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const PfConfig *config = setup->system;
    for (gsize i = 0; !config->has_default_modules && i < config->module_count; i++)
        g_ptr_array_add(names, config->modules[i].name);
    g_ptr_array_add(names, NULL);
    g_autofree char *name =
        pf_module_edit_dup_name(path, entries, (const char *const *)names->pdata);
    g_ptr_array_add(entries, pf_module_entry_new(name, path));
    return entries;
}
