/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: IDs that are opened and closed, and security officers among the sessions of one (DESIGN
 * 5, 4.10). */
#include "cache-error.h"
#include "cache-private.h"

/* Any program can open IDs, and none ends by itself. */
#define OPEN_IDS_MAX 256u

gboolean
pf_cache_open_id(PfCache *self, const char *token, guint64 app_id, GError **error)
{
    const PfDomainSet *known = pf_cache_find_set(self, token, app_id, TRUE);
    if (known != NULL && known->is_open)
        return TRUE;
    if (self->open_ids >= OPEN_IDS_MAX) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_LIMIT, "Too many IDs are open");
        return FALSE;
    }
    PfDomainSet *set = pf_cache_get_set(self, token, app_id, TRUE);
    pf_cache_get_login_domain(self, set);
    set->is_open = TRUE;
    self->open_ids++;
    pf_cache_emit_changed(self);
    return TRUE;
}

void
pf_cache_close_id(PfCache *self, const char *token, guint64 app_id)
{
    PfDomainSet *set = pf_cache_find_set(self, token, app_id, TRUE);
    if (set == NULL)
        return;
    self->open_ids -= set->is_open;
    set->is_open = FALSE;
    g_autoptr(PfLoginDomain) domain = pf_login_domain_ref(pf_cache_get_login_domain(self, set));
    for (guint i = 0; i < set->domains->len; i++) {
        PfLoginDomain *closed = g_ptr_array_index(set->domains, i);
        pf_login_domain_bump_closings(closed);
        pf_login_domain_drop_officers(closed);
    }
    pf_cache_log_out_domain(self, domain, PF_FORGET_ID_CLOSED);
    pf_cache_check_domain(self, domain, PF_FORGET_ID_CLOSED);
    pf_cache_emit_changed(self);
}

gboolean
pf_cache_close_opened_id(PfCache *self, const char *token_uri, guint64 app_id)
{
    const PfDomainSet *set = pf_cache_find_set(self, token_uri, app_id, TRUE);
    if (set == NULL || !set->is_open)
        return FALSE;
    pf_cache_close_id(self, token_uri, app_id);
    return TRUE;
}

/* Why an officer may not log in to DOMAIN beside the sessions that it has, or -1. */
static int
find_obstacle(const PfLoginDomain *domain, const PfProcessContext *context, unsigned entry)
{
    if (domain->state != PF_LOGIN_PUBLIC)
        return PF_CACHE_ERROR_USER_LOGGED_IN;
    for (guint i = 0; i < domain->officers->len; i++) {
        if (g_array_index(domain->officers, PfDomainMember, i).context != context)
            return PF_CACHE_ERROR_OFFICER_LOGGED_IN;
    }
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        if (pf_process_context_count_read_only(member->context, member->entry) > 0)
            return PF_CACHE_ERROR_READ_ONLY_EXISTS;
    }
    return -1;
}

gboolean
pf_cache_begin_officer(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *arg,
                       GError **error)
{
    int entry = pf_cache_find_entry(self, context, arg, error);
    if (entry < 0)
        return FALSE;
    if (self->mode == PF_CACHE_MODE_OFF) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NOT_CACHED,
                            "Nothing is known of others");
        return FALSE;
    }
    PfLoginDomain *domain = pf_process_context_get_domain(context, (unsigned)entry);
    int obstacle = find_obstacle(domain, context, (unsigned)entry);
    if (obstacle < 0) {
        /* Whoever is proving a PIN just now is too late. */
        pf_cache_void_stores(self, domain);
        pf_login_domain_add_officer(domain, context, (unsigned)entry);
        /* A read-only session that is being opened is counted first, and then looks for officers:
         * the page says so by now, and one of the two sees the other. */
        obstacle = find_obstacle(domain, context, (unsigned)entry);
        if (obstacle >= 0)
            pf_login_domain_remove_officer(domain, context, (unsigned)entry);
    }
    if (obstacle < 0)
        pf_cache_record_token(self, PF_HISTORY_OFFICER, context, domain->token, "begun");
    else
        g_set_error_literal(error, PF_CACHE_ERROR, obstacle,
                            "Sessions of the ID are in the officer's way");
    return obstacle < 0;
}

static void
remove_officer(PfCache *self, PfProcessContext *context, unsigned entry)
{
    PfLoginDomain *domain = pf_process_context_get_domain(context, entry);
    if (pf_login_domain_remove_officer(domain, context, entry))
        pf_cache_record_token(self, PF_HISTORY_OFFICER, context, domain->token, "ended");
}

void
pf_cache_end_officer(PfCache *self, PfProcessContext *context, const PfCacheDomainArg *arg)
{
    int entry = pf_cache_find_entry(self, context, arg, NULL);
    if (entry >= 0)
        remove_officer(self, context, (unsigned)entry);
}

void
pf_cache_check_officer(PfCache *self, PfProcessContext *context, unsigned entry)
{
    PfLoginDomain *domain = pf_process_context_get_domain(context, entry);
    if (pf_login_domain_has_officer(domain, context, entry) &&
        pf_process_context_count_sessions(context, entry) == 0)
        remove_officer(self, context, entry);
}
