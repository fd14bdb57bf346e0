/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSettingsView: two objects of one schema, the second on GIO's backend that holds nothing. */
#define G_SETTINGS_ENABLE_BACKEND
#include "settings-view.h"

#include <gio/gsettingsbackend.h>

#define SCHEMA_ID "org.pinfold"

struct _PfSettingsView {
    GObject parent_instance;
    GSettings *own;
    GSettings *defaults;
    GHashTable *locked; /* set of key names */
    char *file;         /* that locks them */
};

G_DEFINE_FINAL_TYPE(PfSettingsView, pf_settings_view, G_TYPE_OBJECT)

PfSettingsView *
pf_settings_view_new(const PfConfig *config)
{
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();
    g_autoptr(GSettingsSchema) schema =
        source != NULL ? g_settings_schema_source_lookup(source, SCHEMA_ID, TRUE) : NULL;
    if (schema == NULL)
        return NULL;
    PfSettingsView *self = g_object_new(PF_TYPE_SETTINGS_VIEW, NULL);
    g_autoptr(GSettingsBackend) nothing = g_null_settings_backend_new();
    self->own = g_settings_new_full(schema, NULL, NULL);
    self->defaults = g_settings_new_full(schema, nothing, NULL);
    self->file = g_strdup(config != NULL ? config->system_path : NULL);
    PfConfigWords words = config != NULL ? config->lock : NULL;
    for (gsize i = 0; words != NULL && words[i] != NULL; i++) {
        if (g_settings_schema_has_key(schema, words[i]))
            g_hash_table_add(self->locked, g_strdup(words[i]));
    }
    return self;
}

GSettings *
pf_settings_view_get_for(PfSettingsView *self, const char *key)
{
    return g_hash_table_contains(self->locked, key) ? self->defaults : self->own;
}

const char *
pf_settings_view_get_locking_file(PfSettingsView *self, const char *key)
{
    return g_hash_table_contains(self->locked, key) ? self->file : NULL;
}

GSettings *
pf_settings_view_get_own(PfSettingsView *self)
{
    return self->own;
}

static void
finalize(GObject *object)
{
    PfSettingsView *self = PF_SETTINGS_VIEW(object);
    g_clear_object(&self->own);
    g_clear_object(&self->defaults);
    g_hash_table_unref(self->locked);
    g_free(self->file);
    G_OBJECT_CLASS(pf_settings_view_parent_class)->finalize(object);
}

static void
pf_settings_view_class_init(PfSettingsViewClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_settings_view_init(PfSettingsView *self)
{
    self->locked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}
