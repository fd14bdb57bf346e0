/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: what can be seen of its domains from outside. */
#include "boot-timer.h"
#include "cache-private.h"

static void
free_member_info(gpointer data)
{
    PfDomainMemberInfo *info = data;
    g_free(info->exe);
    g_free(info->name);
    g_free(info);
}

static void
free_domain_info(gpointer data)
{
    PfDomainInfo *info = data;
    g_free(info->token_uri);
    g_ptr_array_unref(info->members);
    g_free(info);
}

/* One line for each process, whatever number of entries it has in the domain. */
static GPtrArray *
list_members(const PfLoginDomain *domain)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_member_info);
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        guint32 sessions = pf_process_context_count_sessions(member->context, member->entry);
        gboolean still_open = pf_process_context_is_still_open(member->context, member->entry);
        PfDomainMemberInfo *info = g_hash_table_lookup(seen, member->context);
        if (info != NULL) {
            info->sessions += sessions;
            info->still_open |= still_open;
            continue;
        }
        info = g_new0(PfDomainMemberInfo, 1);
        info->pid = (guint32)member->context->identity->pid;
        info->exe = g_strdup(member->context->identity->exe);
        info->name = g_strdup(pf_peer_identity_get_name(member->context->identity));
        info->sessions = sessions;
        info->still_open = still_open;
        g_hash_table_insert(seen, member->context, info);
        g_ptr_array_add(list, info);
    }
    return list;
}

static PfDomainInfo *
make_domain_info(PfCache *self, const PfLoginDomain *domain)
{
    PfDomainInfo *info = g_new0(PfDomainInfo, 1);
    info->app_id = domain->app_id;
    info->token_uri = g_strdup(domain->token);
    info->logged_in = domain->pin != NULL;
    info->asleep = domain->state == PF_LOGIN_ASLEEP;
    info->open = pf_cache_is_open(domain);
    info->since = domain->since;
    if (domain->pin != NULL)
        info->idle_s = (pf_boot_timer_get_now() - domain->last_used) / G_USEC_PER_SEC;
    info->expires_s = pf_cache_timers_get_expiry_s(self->timers, domain);
    info->members = list_members(domain);
    return info;
}

GPtrArray *
pf_cache_list_domains(PfCache *self)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_domain_info);
    for (guint i = 0; i < self->domains->len; i++) {
        PfLoginDomain *domain = g_ptr_array_index(self->domains, i);
        if (domain->state != PF_LOGIN_PUBLIC || pf_cache_is_open(domain) ||
            pf_login_domain_has_sessions(domain))
            g_ptr_array_add(list, make_domain_info(self, domain));
    }
    return list;
}
