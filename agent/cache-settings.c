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

guint64
pf_cache_get_default_id(PfCache *self, const PfProcessContext *context, const char *token,
                        gboolean *ret_shareable)
{
    *ret_shareable = self->config->has_app_id;
    return self->config->has_app_id ? self->config->app_id : context->own_id;
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
    static gboolean said_shared = FALSE;
    g_autofree char *mode = pf_agent_settings_dup_cache_mode(self->settings);
    if (!self->config->cache_pin || self->rejected == NULL || strcmp(mode, "off") == 0)
        return PF_CACHE_MODE_OFF;
    if (strcmp(mode, "shared") == 0 && !said_shared) {
        said_shared = TRUE;
        g_message("The cache mode `shared` is not there yet: each process has its own login");
    }
    return PF_CACHE_MODE_PROCESS;
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

/* The sessions of a process that set no ID go where its default is now; what they leave is logged
 * out. */
static void
move_entries(PfCache *self, PfProcessContext *context, PfForgetReason reason)
{
    for (guint i = 0; i < context->entries->len; i++) {
        const PfContextEntry *entry = &g_array_index(context->entries, PfContextEntry, i);
        gboolean is_shareable;
        guint64 app_id = pf_cache_get_default_id(self, context, entry->token, &is_shareable);
        if (entry->is_explicit ||
            (entry->domain->app_id == app_id && entry->domain->is_shareable == is_shareable))
            continue;
        g_autoptr(PfLoginDomain) old = pf_login_domain_ref(entry->domain);
        PfAdmission admission;
        pf_cache_log_out_domain(self, old, reason);
        PfLoginDomain *domain =
            pf_cache_find_place(self, context, entry->token, app_id, is_shareable, &admission);
        pf_process_context_move_entry(context, i, domain, admission);
        pf_cache_check_domain(self, old, reason);
    }
}

/* Any program of the user can change the rule, so no PIN survives that (DESIGN 8); and who shares
 * is found anew, for a stricter rule as for a looser one. */
static void
change_sharing(PfCache *self, PfSharing sharing)
{
    self->sharing = sharing;
    pf_cache_forget(self, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    g_autoptr(GPtrArray) domains = pf_cache_copy_domains(self);
    for (guint i = 0; i < domains->len; i++)
        pf_cache_settle(self, g_ptr_array_index(domains, i));
}

/* A cached PIN may serve more than what it was typed for from now on: not one that any program of
 * the user could have turned this on for (DESIGN 8). */
static void
change_confirms(PfCache *self, gboolean confirms)
{
    if (confirms && !self->confirms)
        pf_cache_forget(self, &(PfDomainFilter){NULL}, PF_FORGET_SETTING_LOOSENED);
    self->confirms = confirms;
}

static void
change_mode(PfCache *self, PfCacheMode mode)
{
    self->mode = mode;
    if (mode == PF_CACHE_MODE_OFF) {
        g_autoptr(GPtrArray) domains = pf_cache_copy_domains(self);
        for (guint i = 0; i < domains->len; i++)
            pf_cache_log_out_domain(self, g_ptr_array_index(domains, i), PF_FORGET_MODE_CHANGED);
    }
    for (guint i = 0; i < self->contexts->len; i++) {
        PfProcessContext *context = g_ptr_array_index(self->contexts, i);
        pf_cache_renew_own_id(self, context);
        move_entries(self, context, PF_FORGET_MODE_CHANGED);
    }
    pf_cache_emit_changed(self);
}

void
pf_cache_read_settings(PfCache *self)
{
    self->mode = read_mode(self);
    self->sharing = read_sharing(self);
    self->confirms = pf_agent_settings_get_confirm_signatures(self->settings);
}

void
pf_cache_on_settings_changed(PfCache *self)
{
    PfCacheMode mode = read_mode(self);
    PfSharing sharing = read_sharing(self);
    change_confirms(self, pf_agent_settings_get_confirm_signatures(self->settings));
    if (sharing != self->sharing)
        change_sharing(self, sharing);
    if (mode != self->mode)
        change_mode(self, mode);
    for (guint i = 0; i < self->contexts->len; i++)
        pf_cache_publish_policy(self, g_ptr_array_index(self->contexts, i));
}
