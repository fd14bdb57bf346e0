/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfModuleItem: the files say which modules there are, the agent which of them work. */
#include "module-item.h"

#include <glib/gi18n.h>

#include "plain-text.h"

struct _PfModuleItem {
    GObject parent_instance;
    char *name;
    char *path;
    char *state;
    char *origin;
    gboolean is_faulty;
    PfModuleAct act;
    gboolean can_move_up;
    gboolean can_move_down;
};

G_DEFINE_FINAL_TYPE(PfModuleItem, pf_module_item, G_TYPE_OBJECT)

const char *
pf_module_item_get_name(PfModuleItem *self)
{
    return self->name;
}

const char *
pf_module_item_get_path(PfModuleItem *self)
{
    return self->path;
}

const char *
pf_module_item_get_state(PfModuleItem *self)
{
    return self->state;
}

const char *
pf_module_item_get_origin(PfModuleItem *self)
{
    return self->origin;
}

gboolean
pf_module_item_is_faulty(PfModuleItem *self)
{
    return self->is_faulty;
}

PfModuleAct
pf_module_item_get_act(PfModuleItem *self)
{
    return self->act;
}

gboolean
pf_module_item_can_move_up(PfModuleItem *self)
{
    return self->can_move_up;
}

gboolean
pf_module_item_can_move_down(PfModuleItem *self)
{
    return self->can_move_down;
}

gboolean
pf_module_item_is_equal(gconstpointer a, gconstpointer b)
{
    const PfModuleItem *self = a;
    const PfModuleItem *other = b;
    return g_str_equal(self->name, other->name) && g_str_equal(self->path, other->path) &&
           g_str_equal(self->state, other->state) && g_str_equal(self->origin, other->origin) &&
           self->is_faulty == other->is_faulty && self->act == other->act &&
           self->can_move_up == other->can_move_up && self->can_move_down == other->can_move_down;
}

static const PfModuleEntry *
find_entry(const PfModuleSetup *setup, const char *name)
{
    for (guint i = 0; i < setup->entries->len; i++) {
        const PfModuleEntry *entry = setup->entries->pdata[i];
        if (g_str_equal(entry->name, name))
            return entry;
    }
    return NULL;
}

/* Who has named it: the person's file, the system's, or Pinfold itself. */
static char *
dup_origin(const PfModuleSetup *setup, const char *name, gboolean is_own)
{
    gboolean is_builtin = setup->system->has_default_modules;
    const PfConfigModule *before = pf_module_setup_find(setup->system, name);
    g_autofree char *file =
        g_filename_display_name(is_own ? setup->effective->user_path : setup->system->system_path);
    if (is_own && before != NULL && !is_builtin)
        /* Translators: of a module; %s is the path of a file. */
        return g_strdup_printf(_("From %s, instead of the administrator’s"), file);
    if (is_own || !is_builtin)
        /* Translators: of a module; %s is the path of a file. */
        return g_strdup_printf(_("From %s"), file);
    /* Translators: of a module that no file names. */
    return g_strdup(_("Pinfold’s own choice"));
}

/* What the agent found of the very file; NULL: it has not looked. */
static GVariant *
find_report(GVariant *reports, const char *name, const char *path)
{
    for (gsize i = 0; reports != NULL && i < g_variant_n_children(reports); i++) {
        g_autoptr(GVariant) report = g_variant_get_child_value(reports, i);
        const char *its_name = "";
        const char *its_path = "";
        g_variant_lookup(report, "name", "&s", &its_name);
        g_variant_lookup(report, "path", "&s", &its_path);
        if (g_str_equal(its_name, name) && g_str_equal(its_path, path))
            return g_steal_pointer(&report);
    }
    return NULL;
}

static char *
dup_state(GVariant *reports, const char *name, const char *path, gboolean *ret_faulty)
{
    g_autoptr(GVariant) report = find_report(reports, name, path);
    const char *fault = NULL;
    const char *description = NULL;
    *ret_faulty = FALSE;
    if (reports == NULL)
        return g_strdup(_("The agent is not running: it is not known whether it works"));
    if (report == NULL)
        return g_strdup(_("Not looked at yet"));
    g_variant_lookup(report, "fault", "&s", &fault);
    g_variant_lookup(report, "description", "&s", &description);
    g_autofree char *plain = pf_plain_text_dup(fault != NULL ? fault : description);
    *ret_faulty = fault != NULL;
    if (fault != NULL)
        /* Translators: of a module; %s is why, in English. */
        return g_strdup_printf(_("Does not work: %s"), plain != NULL ? plain : "");
    if (plain == NULL)
        return g_strdup(_("Works"));
    /* Translators: of a module; %s is what it says of itself. */
    return g_strdup_printf(_("Works: %s"), plain);
}

/* Can the entry change places with the next in DIRECTION? What the administrator has named stays
 * before what the person adds. */
static gboolean
can_move(const PfModuleSetup *setup, gsize index, int direction)
{
    const PfConfig *config = setup->effective;
    gsize other = index + (gsize)direction;
    if (!pf_module_setup_is_writable(setup) || other >= config->module_count)
        return FALSE;
    if (config->has_default_modules)
        return TRUE;
    for (int i = 0; i < 2; i++) {
        const char *name = config->modules[i == 0 ? index : other].name;
        if (find_entry(setup, name) == NULL || (!setup->system->has_default_modules &&
                                                pf_module_setup_find(setup->system, name) != NULL))
            return FALSE;
    }
    return TRUE;
}

static PfModuleItem *
new_item(const PfModuleSetup *setup, gsize index, GVariant *reports)
{
    PfModuleItem *self = g_object_new(PF_TYPE_MODULE_ITEM, NULL);
    const PfConfigModule *module = &setup->effective->modules[index];
    gboolean is_own = find_entry(setup, module->name) != NULL;
    g_autofree char *valid_name = g_utf8_make_valid(module->name, -1);
    g_autofree char *valid_path = g_utf8_make_valid(module->path, -1);
    self->name = g_strdup(module->name);
    self->path = g_filename_display_name(module->path);
    self->state = dup_state(reports, valid_name, valid_path, &self->is_faulty);
    self->origin = dup_origin(setup, module->name, is_own);
    if (pf_module_setup_is_writable(setup))
        self->act = is_own ? PF_MODULE_ACT_REMOVE : PF_MODULE_ACT_SWITCH_OFF;
    self->can_move_up = can_move(setup, index, -1);
    self->can_move_down = can_move(setup, index, 1);
    return self;
}

static PfModuleItem *
new_switched_off(const PfModuleSetup *setup, const char *name)
{
    PfModuleItem *self = g_object_new(PF_TYPE_MODULE_ITEM, NULL);
    const PfConfigModule *before = pf_module_setup_find(setup->system, name);
    self->name = g_strdup(name);
    self->path = before != NULL ? g_filename_display_name(before->path) : g_strdup("");
    self->state = g_strdup(_("Switched off"));
    self->origin = dup_origin(setup, name, before == NULL);
    if (pf_module_setup_is_writable(setup))
        self->act = before != NULL ? PF_MODULE_ACT_SWITCH_ON : PF_MODULE_ACT_REMOVE;
    return self;
}

GPtrArray *
pf_module_item_list(const PfModuleSetup *setup, GVariant *reports)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(g_object_unref);
    for (gsize i = 0; i < setup->effective->module_count; i++)
        g_ptr_array_add(items, new_item(setup, i, reports));
    for (guint i = 0; i < setup->entries->len; i++) {
        const PfModuleEntry *entry = setup->entries->pdata[i];
        if (*entry->path == '\0')
            g_ptr_array_add(items, new_switched_off(setup, entry->name));
    }
    return items;
}

static void
finalize(GObject *object)
{
    PfModuleItem *self = PF_MODULE_ITEM(object);
    g_free(self->name);
    g_free(self->path);
    g_free(self->state);
    g_free(self->origin);
    G_OBJECT_CLASS(pf_module_item_parent_class)->finalize(object);
}

static void
pf_module_item_class_init(PfModuleItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_module_item_init(PfModuleItem *self)
{
}
