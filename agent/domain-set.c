/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomainSet: bookkeeping; who belongs where is the cache's decision. */
#include "domain-set.h"

#include <string.h>

PfDomainSet *
pf_domain_set_new(const char *token, guint64 app_id, gboolean is_shareable)
{
    PfDomainSet *set = g_new0(PfDomainSet, 1);
    set->token = g_strdup(token);
    set->app_id = app_id;
    set->is_shareable = is_shareable;
    set->domains = g_ptr_array_new();
    return set;
}

void
pf_domain_set_free(PfDomainSet *set)
{
    for (guint i = 0; i < set->domains->len; i++)
        ((PfLoginDomain *)g_ptr_array_index(set->domains, i))->set = NULL;
    g_ptr_array_unref(set->domains);
    g_free(set->token);
    g_free(set);
}

guint
pf_domain_set_hash(gconstpointer data)
{
    const PfDomainSet *set = data;
    return g_str_hash(set->token) ^ (guint)(set->app_id ^ set->app_id >> 32);
}

gboolean
pf_domain_set_equal(gconstpointer a, gconstpointer b)
{
    const PfDomainSet *x = a;
    const PfDomainSet *y = b;
    return x->app_id == y->app_id && x->is_shareable == y->is_shareable &&
           strcmp(x->token, y->token) == 0;
}

PfLoginDomain *
pf_domain_set_add(PfDomainSet *set)
{
    PfLoginDomain *domain = pf_login_domain_new(set->token, set->app_id, set->is_shareable);
    domain->set = set;
    domain->set_position = set->domains->len;
    g_ptr_array_add(set->domains, domain);
    return domain;
}

void
pf_domain_set_remove(PfDomainSet *set, PfLoginDomain *domain)
{
    guint position = domain->set_position;
    g_ptr_array_remove_index_fast(set->domains, position);
    if (position < set->domains->len)
        ((PfLoginDomain *)g_ptr_array_index(set->domains, position))->set_position = position;
    domain->set = NULL;
    if (set->login == domain)
        set->login = NULL;
}

PfLoginDomain *
pf_domain_set_get_closed(const PfDomainSet *set)
{
    return set->login != NULL && set->login->state != PF_LOGIN_PUBLIC ? set->login : NULL;
}
