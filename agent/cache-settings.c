/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: the settings, and what their change means for running programs (DESIGN 3, 8). */
#include <string.h>
#include <sys/random.h>

#include "cache-private.h"

guint64
pf_cache_draw_id(void)
{
    guint64 id = 0;
    /* One drawn before comes again with a chance of 2^-64 for each: never, for our purposes. */
    while (id == 0) {
        if (getrandom(&id, sizeof id, 0) != sizeof id)
            id = 0;
    }
    return id;
}

/* The group's ID as long as the agent runs, if the person has given it none. */
static guint64
get_group_id(PfCache *self, const PfProgramGroup *group)
{
    if (group->has_id)
        return group->app_id;
    guint64 *id = g_hash_table_lookup(self->group_ids, group->name);
    if (id == NULL) {
        id = g_new(guint64, 1);
        *id = pf_cache_draw_id();
        g_hash_table_insert(self->group_ids, g_strdup(group->name), id);
    }
    return *id;
}

static void
find_group(PfCache *self, PfProcessContext *context)
{
    const PfProgramFacts facts = {
        .exe = context->identity->exe,
        .sandbox = context->identity->sandbox,
    };
    const PfProgramGroup *group = pf_program_groups_find(self->groups, &facts);
    context->is_group_known = TRUE;
    context->has_group = group != NULL || (self->shares_by_default && context->identity->exe[0]);
    if (context->has_group)
        context->group_id = group != NULL ? get_group_id(self, group) : self->default_group_id;
}

const char *
pf_cache_get_group_name(PfCache *self, guint64 app_id)
{
    GHashTableIter iter;
    const char *name;
    const guint64 *id;
    const PfProgramGroup *group = pf_program_groups_find_id(self->groups, app_id);
    if (group != NULL)
        return group->name;
    g_hash_table_iter_init(&iter, self->group_ids);
    while (g_hash_table_iter_next(&iter, (gpointer *)&name, (gpointer *)&id)) {
        if (*id == app_id)
            return name;
    }
    return NULL;
}

gboolean
pf_cache_is_default_group(PfCache *self, guint64 app_id)
{
    return app_id == self->default_group_id;
}

/* Do sessions on TOKEN (NULL: on one without a rule) that set no ID have their group's? */
static gboolean
is_shared(PfCache *self, const char *token)
{
    PfTokenRule rule =
        token != NULL ? pf_token_rules_get_mode(self->rules, token) : PF_TOKEN_RULE_NONE;
    if (rule == PF_TOKEN_RULE_NONE)
        return self->mode == PF_CACHE_MODE_SHARED;
    return rule == PF_TOKEN_RULE_SHARED;
}

guint64
pf_cache_get_default_id(PfCache *self, PfProcessContext *context, const char *token,
                        gboolean *ret_shareable)
{
    *ret_shareable = TRUE;
    if (self->config->has_app_id)
        return self->config->app_id;
    if (is_shared(self, token)) {
        if (!context->is_group_known)
            find_group(self, context);
        if (context->has_group)
            return context->group_id;
    }
    *ret_shareable = FALSE;
    return context->own_id;
}

gboolean
pf_cache_may_keep(PfCache *self, const char *token)
{
    return self->mode != PF_CACHE_MODE_OFF && !pf_cache_is_never(self, token) &&
           !g_strv_contains((const char *const *)self->doubled, token);
}

static void
publish_default_id(PfCache *self, PfProcessContext *context)
{
    gboolean is_shareable;
    context->default_id = pf_cache_get_default_id(self, context, NULL, &is_shareable);
    pf_state_writer_set_default_id(context->state, context->default_id);
}

void
pf_cache_renew_own_id(PfCache *self, PfProcessContext *context)
{
    context->own_id = pf_cache_draw_id();
    publish_default_id(self, context);
}

static PfCacheMode
read_mode(PfCache *self)
{
    g_autofree char *mode = pf_agent_settings_dup_cache_mode(self->settings);
    if (!self->config->cache_pin || self->rejected == NULL || strcmp(mode, "off") == 0)
        return PF_CACHE_MODE_OFF;
    return strcmp(mode, "shared") == 0 ? PF_CACHE_MODE_SHARED : PF_CACHE_MODE_PROCESS;
}

static PfSharing
read_sharing(PfCache *self)
{
    g_autofree char *name = pf_agent_settings_dup_sharing(self->settings);
    return pf_sharing_from_name(name);
}

void
pf_cache_publish_policy(PfCache *self, PfProcessContext *context)
{
    guint32 policy = 0;
    if (self->mode != PF_CACHE_MODE_OFF)
        policy |= PF_POLICY_CACHE;
    if (context->may_show_protected_path)
        policy |= PF_POLICY_PROTECTED_PATH;
    if (self->confirms)
        policy |= PF_POLICY_CONFIRM;
    pf_state_writer_set_policy(context->state, policy,
                               pf_agent_settings_get_release_delay_ms(self->settings));
}

/* The entry's login is ended by a setting. */
static void
note_move(PfProcessContext *context, unsigned entry)
{
    const PfLoginDomain *domain = pf_process_context_get_domain(context, entry);
    if (domain->state != PF_LOGIN_PUBLIC)
        pf_state_writer_set_moved(context->state, entry, domain->serial);
}

static void
log_out_by_setting(PfCache *self, PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        note_move(member->context, member->entry);
    }
    pf_cache_log_out_domain(self, domain, PF_FORGET_MODE_CHANGED);
}

/* The sessions of a process that set no ID go where its default is now. */
static void
move_entries(PfCache *self, PfProcessContext *context, gboolean log_out)
{
    publish_default_id(self, context);
    for (guint i = 0; i < context->entries->len; i++) {
        const PfContextEntry *entry = &g_array_index(context->entries, PfContextEntry, i);
        gboolean is_shareable;
        guint64 app_id = pf_cache_get_default_id(self, context, entry->token, &is_shareable);
        if (entry->is_explicit ||
            (entry->domain->app_id == app_id && entry->domain->is_shareable == is_shareable))
            continue;
        g_autoptr(PfLoginDomain) old = pf_login_domain_ref(entry->domain);
        PfAdmission admission;
        if (log_out)
            log_out_by_setting(self, old);
        else
            note_move(context, i);
        PfLoginDomain *domain =
            pf_cache_find_place(self, context, entry->token, app_id, is_shareable, &admission);
        pf_process_context_move_entry(context, i, domain, admission);
        pf_cache_record_admission(self, context, domain, admission);
        pf_cache_check_domain(self, old, PF_FORGET_LAST_SESSION);
    }
}

static void
log_out_all(PfCache *self, gboolean only_not_kept)
{
    g_autoptr(GPtrArray) domains = pf_cache_copy_domains(self);
    for (guint i = 0; i < domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(domains, i);
        if (!only_not_kept || !pf_cache_may_keep(self, domain->token))
            log_out_by_setting(self, domain);
    }
}

void
pf_cache_log_out_not_kept(PfCache *self)
{
    log_out_all(self, TRUE);
}

static gboolean
is_same_value(GVariant *a, GVariant *b)
{
    return a == b || (a != NULL && b != NULL && g_variant_equal(a, b));
}

/* Which of them are something else than before. */
static void
record_sharing(PfCache *self, GVariant *groups, GVariant *rules, gboolean shares_by_default,
               PfSharing sharing)
{
    if (sharing != self->sharing) {
        g_autofree char *name = pf_agent_settings_dup_sharing(self->settings);
        pf_cache_record_setting(self, "sharing", name);
    }
    if (shares_by_default != self->shares_by_default)
        pf_cache_record_setting(self, "share-by-default", shares_by_default ? "true" : "false");
    if (!is_same_value(groups, self->groups_value))
        pf_cache_record_setting(self, "groups", NULL);
    if (!is_same_value(rules, self->rules_value))
        pf_cache_record_setting(self, "tokens", NULL);
}

/* Takes over what says who shares a login. Returns whether it is something else than before. */
static gboolean
read_sharing_settings(PfCache *self)
{
    g_autoptr(GVariant) groups = pf_agent_settings_dup_groups(self->settings);
    g_autoptr(GVariant) tokens = pf_agent_settings_dup_tokens(self->settings);
    g_autoptr(GVariant) rules = pf_token_rules_dup_meaning(tokens);
    gboolean shares_by_default = pf_agent_settings_get_share_by_default(self->settings);
    PfSharing sharing = read_sharing(self);
    gboolean has_changed = sharing != self->sharing || self->groups == NULL ||
                           shares_by_default != self->shares_by_default ||
                           !is_same_value(groups, self->groups_value) ||
                           !is_same_value(rules, self->rules_value);
    if (!has_changed)
        return FALSE;
    if (self->groups != NULL)
        record_sharing(self, groups, rules, shares_by_default, sharing);
    pf_cache_drop_settings(self);
    self->groups = pf_program_groups_new(groups);
    self->groups_value = g_steal_pointer(&groups);
    self->rules = pf_token_rules_new(rules);
    self->rules_value = g_steal_pointer(&rules);
    self->shares_by_default = shares_by_default;
    self->sharing = sharing;
    return TRUE;
}

/* Any program of the user can change a setting, so no PIN survives that (DESIGN 8); and who shares
 * is found anew, for a stricter rule as for a looser one. */
static void
reconsider_sharing(PfCache *self)
{
    pf_cache_forget(self, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    log_out_all(self, TRUE);
    for (guint i = 0; i < self->contexts->len; i++) {
        PfProcessContext *context = g_ptr_array_index(self->contexts, i);
        context->is_group_known = FALSE;
        move_entries(self, context, FALSE);
    }
    g_autoptr(GPtrArray) domains = pf_cache_copy_domains(self);
    for (guint i = 0; i < domains->len; i++)
        pf_cache_settle(self, g_ptr_array_index(domains, i));
    pf_cache_emit_changed(self);
}

/* A cached PIN may serve more than what it was typed for from now on: not one that any program of
 * the user could have turned this on for (DESIGN 8). */
static void
change_confirms(PfCache *self, gboolean confirms)
{
    if (confirms != self->confirms)
        pf_cache_record_setting(self, "confirm-signatures", confirms ? "true" : "false");
    if (confirms && !self->confirms)
        pf_cache_forget(self, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    self->confirms = confirms;
}

/* No more than a PIN that was typed before somebody turned it on gets into the keyring, or out of
 * it, without the person. */
static void
change_keyring(PfCache *self, gboolean is_allowed)
{
    if (is_allowed == pf_cache_keyring_is_allowed(self->keyring))
        return;
    pf_cache_record_setting(self, "allow-keyring", is_allowed ? "true" : "false");
    if (is_allowed)
        pf_cache_forget(self, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    pf_cache_keyring_set_allowed(self->keyring, is_allowed);
}

static void
change_mode(PfCache *self, PfCacheMode mode)
{
    g_autofree char *name = pf_agent_settings_dup_cache_mode(self->settings);
    pf_cache_record_setting(self, "cache-mode", name);
    self->mode = mode;
    if (mode == PF_CACHE_MODE_OFF) {
        log_out_all(self, FALSE);
        pf_cache_drop_stored_waiting(self, NULL);
    }
    for (guint i = 0; i < self->contexts->len; i++) {
        PfProcessContext *context = g_ptr_array_index(self->contexts, i);
        context->own_id = pf_cache_draw_id();
        move_entries(self, context, TRUE);
    }
    pf_cache_emit_changed(self);
}

void
pf_cache_read_settings(PfCache *self)
{
    self->mode = read_mode(self);
    self->confirms = pf_agent_settings_get_confirm_signatures(self->settings);
    pf_cache_keyring_set_allowed(self->keyring,
                                 pf_agent_settings_get_allow_keyring(self->settings));
    read_sharing_settings(self);
}

void
pf_cache_on_settings_changed(PfCache *self)
{
    PfCacheMode mode = read_mode(self);
    change_confirms(self, pf_agent_settings_get_confirm_signatures(self->settings));
    change_keyring(self, pf_agent_settings_get_allow_keyring(self->settings));
    if (read_sharing_settings(self))
        reconsider_sharing(self);
    if (mode != self->mode)
        change_mode(self, mode);
    for (guint i = 0; i < self->contexts->len; i++)
        pf_cache_publish_policy(self, g_ptr_array_index(self->contexts, i));
    g_debug("Settings were read");
}

void
pf_cache_drop_settings(PfCache *self)
{
    g_clear_pointer(&self->groups, pf_program_groups_free);
    g_clear_pointer(&self->groups_value, g_variant_unref);
    g_clear_pointer(&self->rules, pf_token_rules_free);
    g_clear_pointer(&self->rules_value, g_variant_unref);
}
