/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentSettings: GSettings, or the defaults where its schema is not installed. */
#include "agent-settings.h"

#include <gio/gio.h>
#include <string.h>

#define SCHEMA_ID "org.pinfold"

struct _PfAgentSettings {
    GObject parent_instance;
    GSettings *settings; /* NULL: no schema */
};

G_DEFINE_FINAL_TYPE(PfAgentSettings, pf_agent_settings, G_TYPE_OBJECT)

static guint changed_signal;

static void
on_settings_changed(GSettings *settings, const char *key, PfAgentSettings *self)
{
    g_signal_emit(self, changed_signal, 0);
}

PfAgentSettings *
pf_agent_settings_new(void)
{
    PfAgentSettings *self = g_object_new(PF_TYPE_AGENT_SETTINGS, NULL);
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();
    g_autoptr(GSettingsSchema) schema =
        source != NULL ? g_settings_schema_source_lookup(source, SCHEMA_ID, TRUE) : NULL;
    if (schema == NULL) {
        g_warning("The settings schema " SCHEMA_ID " is not installed: defaults are used");
        return self;
    }
    self->settings = g_settings_new_full(schema, NULL, NULL);
    g_signal_connect_object(self->settings, "changed", G_CALLBACK(on_settings_changed), self, 0);
    return self;
}

char *
pf_agent_settings_dup_cache_mode(PfAgentSettings *self)
{
    if (self->settings == NULL)
        return g_strdup("process");
    return g_settings_get_string(self->settings, "cache-mode");
}

char *
pf_agent_settings_dup_sharing(PfAgentSettings *self)
{
    if (self->settings == NULL)
        return g_strdup("ask");
    return g_settings_get_string(self->settings, "sharing");
}

GVariant *
pf_agent_settings_dup_groups(PfAgentSettings *self)
{
    return self->settings != NULL ? g_settings_get_value(self->settings, "groups") : NULL;
}

GVariant *
pf_agent_settings_dup_tokens(PfAgentSettings *self)
{
    return self->settings != NULL ? g_settings_get_value(self->settings, "tokens") : NULL;
}

gboolean
pf_agent_settings_get_share_by_default(PfAgentSettings *self)
{
    return self->settings == NULL || g_settings_get_boolean(self->settings, "share-by-default");
}

gboolean
pf_agent_settings_is_prompt_by_agent(PfAgentSettings *self)
{
    if (self->settings == NULL)
        return TRUE;
    g_autofree char *value = g_settings_get_string(self->settings, "prompt");
    return strcmp(value, "agent") == 0;
}

guint32
pf_agent_settings_get_release_delay_ms(PfAgentSettings *self)
{
    return self->settings != NULL ? g_settings_get_uint(self->settings, "release-delay") : 0;
}

gboolean
pf_agent_settings_get_confirm_signatures(PfAgentSettings *self)
{
    return self->settings != NULL && g_settings_get_boolean(self->settings, "confirm-signatures");
}

char *
pf_agent_settings_dup_reset_card(PfAgentSettings *self)
{
    if (self->settings == NULL)
        return g_strdup("on-lock");
    return g_settings_get_string(self->settings, "reset-card");
}

gboolean
pf_agent_settings_get_allow_keyring(PfAgentSettings *self)
{
    return self->settings != NULL && g_settings_get_boolean(self->settings, "allow-keyring");
}

gboolean
pf_agent_settings_get_forget_on_lock(PfAgentSettings *self)
{
    return self->settings == NULL || g_settings_get_boolean(self->settings, "forget-on-lock");
}

gboolean
pf_agent_settings_get_forget_on_suspend(PfAgentSettings *self)
{
    return self->settings == NULL || g_settings_get_boolean(self->settings, "forget-on-suspend");
}

gboolean
pf_agent_settings_get_forget_on_user_switch(PfAgentSettings *self)
{
    return self->settings == NULL ||
           g_settings_get_boolean(self->settings, "forget-on-user-switch");
}

guint32
pf_agent_settings_get_idle_timeout_s(PfAgentSettings *self)
{
    return self->settings != NULL ? g_settings_get_uint(self->settings, "idle-timeout") : 0;
}

guint32
pf_agent_settings_get_max_lifetime_s(PfAgentSettings *self)
{
    return self->settings != NULL ? g_settings_get_uint(self->settings, "max-lifetime") : 0;
}

static void
pf_agent_settings_finalize(GObject *object)
{
    PfAgentSettings *self = PF_AGENT_SETTINGS(object);
    g_clear_object(&self->settings);
    G_OBJECT_CLASS(pf_agent_settings_parent_class)->finalize(object);
}

static void
pf_agent_settings_class_init(PfAgentSettingsClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = pf_agent_settings_finalize;
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_agent_settings_init(PfAgentSettings *self)
{
}
