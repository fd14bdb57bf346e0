/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentSettings: GSettings, or the defaults where its schema is not installed. */
#include "agent-settings.h"

#include <string.h>

#include "settings-view.h"

struct _PfAgentSettings {
    GObject parent_instance;
    PfSettingsView *view; /* NULL: no schema */
};

G_DEFINE_FINAL_TYPE(PfAgentSettings, pf_agent_settings, G_TYPE_OBJECT)

static guint changed_signal;

static void
on_settings_changed(GSettings *settings, const char *key, PfAgentSettings *self)
{
    g_signal_emit(self, changed_signal, 0);
}

PfAgentSettings *
pf_agent_settings_new(const PfConfig *config)
{
    PfAgentSettings *self = g_object_new(PF_TYPE_AGENT_SETTINGS, NULL);
    self->view = pf_settings_view_new(config);
    if (self->view == NULL)
        g_warning("The settings schema org.pinfold is not installed: defaults are used");
    else
        g_signal_connect_object(pf_settings_view_get_own(self->view), "changed",
                                G_CALLBACK(on_settings_changed), self, 0);
    return self;
}

/* NULL: the default holds. */
static GSettings *
get_settings(PfAgentSettings *self, const char *key)
{
    return self->view != NULL ? pf_settings_view_get_for(self->view, key) : NULL;
}

static char *
dup_string(PfAgentSettings *self, const char *key, const char *fallback)
{
    GSettings *settings = get_settings(self, key);
    return settings != NULL ? g_settings_get_string(settings, key) : g_strdup(fallback);
}

static GVariant *
dup_value(PfAgentSettings *self, const char *key)
{
    GSettings *settings = get_settings(self, key);
    return settings != NULL ? g_settings_get_value(settings, key) : NULL;
}

static gboolean
get_boolean(PfAgentSettings *self, const char *key, gboolean fallback)
{
    GSettings *settings = get_settings(self, key);
    return settings != NULL ? g_settings_get_boolean(settings, key) : fallback;
}

static guint32
get_uint(PfAgentSettings *self, const char *key)
{
    GSettings *settings = get_settings(self, key);
    return settings != NULL ? g_settings_get_uint(settings, key) : 0;
}

char *
pf_agent_settings_dup_cache_mode(PfAgentSettings *self)
{
    return dup_string(self, "cache-mode", "process");
}

char *
pf_agent_settings_dup_sharing(PfAgentSettings *self)
{
    return dup_string(self, "sharing", "ask");
}

GVariant *
pf_agent_settings_dup_groups(PfAgentSettings *self)
{
    return dup_value(self, "groups");
}

GVariant *
pf_agent_settings_dup_tokens(PfAgentSettings *self)
{
    return dup_value(self, "tokens");
}

gboolean
pf_agent_settings_get_share_by_default(PfAgentSettings *self)
{
    return get_boolean(self, "share-by-default", TRUE);
}

gboolean
pf_agent_settings_is_prompt_by_agent(PfAgentSettings *self)
{
    g_autofree char *value = dup_string(self, "prompt", "agent");
    return strcmp(value, "agent") == 0;
}

guint32
pf_agent_settings_get_release_delay_ms(PfAgentSettings *self)
{
    return get_uint(self, "release-delay");
}

gboolean
pf_agent_settings_get_confirm_signatures(PfAgentSettings *self)
{
    return get_boolean(self, "confirm-signatures", FALSE);
}

char *
pf_agent_settings_dup_reset_card(PfAgentSettings *self)
{
    return dup_string(self, "reset-card", "on-lock");
}

gboolean
pf_agent_settings_get_allow_keyring(PfAgentSettings *self)
{
    return get_boolean(self, "allow-keyring", FALSE);
}

gboolean
pf_agent_settings_get_forget_on_lock(PfAgentSettings *self)
{
    return get_boolean(self, "forget-on-lock", TRUE);
}

gboolean
pf_agent_settings_get_forget_on_suspend(PfAgentSettings *self)
{
    return get_boolean(self, "forget-on-suspend", TRUE);
}

gboolean
pf_agent_settings_get_forget_on_user_switch(PfAgentSettings *self)
{
    return get_boolean(self, "forget-on-user-switch", TRUE);
}

guint32
pf_agent_settings_get_idle_timeout_s(PfAgentSettings *self)
{
    return get_uint(self, "idle-timeout");
}

guint32
pf_agent_settings_get_max_lifetime_s(PfAgentSettings *self)
{
    return get_uint(self, "max-lifetime");
}

static void
pf_agent_settings_finalize(GObject *object)
{
    PfAgentSettings *self = PF_AGENT_SETTINGS(object);
    g_clear_object(&self->view);
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
