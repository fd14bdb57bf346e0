/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentSettings: the settings org.pinfold as the agent obeys them. Main thread only.
 *
 * Signal "changed" (): any of them changed. Without an installed schema the defaults hold. */
#pragma once

#include <glib-object.h>

#include "config.h"

#define PF_TYPE_AGENT_SETTINGS pf_agent_settings_get_type()
G_DECLARE_FINAL_TYPE(PfAgentSettings, pf_agent_settings, PF, AGENT_SETTINGS, GObject)

/* CONFIG says which settings are locked; it is not needed afterwards. */
PfAgentSettings *pf_agent_settings_new(const PfConfig *config);

/* The setting `cache-mode`: off, process or shared. Free with g_free(). */
char *pf_agent_settings_dup_cache_mode(PfAgentSettings *settings);

/* The setting `sharing`: ask, same-program or allow. Free with g_free(). */
char *pf_agent_settings_dup_sharing(PfAgentSettings *settings);

/* The settings `groups` and `tokens` as they are written; NULL without a schema. Free with
 * g_variant_unref(). */
GVariant *pf_agent_settings_dup_groups(PfAgentSettings *settings);
GVariant *pf_agent_settings_dup_tokens(PfAgentSettings *settings);
gboolean pf_agent_settings_get_share_by_default(PfAgentSettings *settings);

/* `prompt` is agent. */
gboolean pf_agent_settings_is_prompt_by_agent(PfAgentSettings *settings);

guint32 pf_agent_settings_get_release_delay_ms(PfAgentSettings *settings);
gboolean pf_agent_settings_get_confirm_signatures(PfAgentSettings *settings);
gboolean pf_agent_settings_get_allow_keyring(PfAgentSettings *settings);

/* The setting `reset-card`: never, on-lock or always. Free with g_free(). */
char *pf_agent_settings_dup_reset_card(PfAgentSettings *settings);

gboolean pf_agent_settings_get_forget_on_lock(PfAgentSettings *settings);
gboolean pf_agent_settings_get_forget_on_suspend(PfAgentSettings *settings);
gboolean pf_agent_settings_get_forget_on_user_switch(PfAgentSettings *settings);

/* Of tokens without a rule of their own; 0: none. */
guint32 pf_agent_settings_get_idle_timeout_s(PfAgentSettings *settings);
guint32 pf_agent_settings_get_max_lifetime_s(PfAgentSettings *settings);
