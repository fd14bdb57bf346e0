/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLoginDomain: holds a PIN, and tells its members' pages whether it does. */
#include "login-domain.h"

#include "process-context.h"

PfLoginDomain *
pf_login_domain_new(const char *token, guint64 app_id, gboolean is_shareable)
{
    PfLoginDomain *domain = g_rc_box_new0(PfLoginDomain);
    domain->token = g_strdup(token);
    domain->app_id = app_id;
    domain->is_shareable = is_shareable;
    domain->members = g_array_new(FALSE, FALSE, sizeof(PfDomainMember));
    return domain;
}

PfLoginDomain *
pf_login_domain_ref(PfLoginDomain *domain)
{
    return g_rc_box_acquire(domain);
}

static void
clear_domain(gpointer data)
{
    PfLoginDomain *domain = data;
    pf_secret_free(domain->pin);
    g_free(domain->token);
    g_array_unref(domain->members);
}

void
pf_login_domain_unref(PfLoginDomain *domain)
{
    if (domain != NULL)
        g_rc_box_release_full(domain, clear_domain);
}

static void
publish_to(const PfLoginDomain *domain, const PfDomainMember *member)
{
    pf_state_writer_set_login(member->context->state, member->entry, domain->state, domain->serial);
}

static void
publish(const PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++)
        publish_to(domain, &g_array_index(domain->members, PfDomainMember, i));
}

void
pf_login_domain_add_member(PfLoginDomain *domain, PfProcessContext *context, unsigned entry)
{
    PfDomainMember member = {context, entry};
    g_array_append_val(domain->members, member);
    publish_to(domain, &member);
}

void
pf_login_domain_remove_member(PfLoginDomain *domain, PfProcessContext *context, unsigned entry)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        if (member->context == context && member->entry == entry) {
            g_array_remove_index_fast(domain->members, i);
            return;
        }
    }
}

gboolean
pf_login_domain_has_member(const PfLoginDomain *domain, const PfProcessContext *context)
{
    for (guint i = 0; i < domain->members->len; i++) {
        if (g_array_index(domain->members, PfDomainMember, i).context == context)
            return TRUE;
    }
    return FALSE;
}

void
pf_login_domain_log_in(PfLoginDomain *domain, PfSecret *pin, guint64 serial)
{
    pf_secret_free(domain->pin);
    domain->pin = pin;
    domain->state = PF_LOGIN_USER;
    domain->serial = serial;
    domain->since = g_get_real_time() / G_USEC_PER_SEC;
    pf_login_domain_touch(domain);
    publish(domain);
}

/* The page says it before the PIN is gone, so that nobody asks for what is not there. */
static gboolean
drop_pin(PfLoginDomain *domain, PfLoginState state)
{
    gboolean had_pin = domain->pin != NULL;
    if (domain->state != state) {
        domain->state = state;
        publish(domain);
    }
    pf_secret_clear(&domain->pin);
    return had_pin;
}

gboolean
pf_login_domain_sleep(PfLoginDomain *domain)
{
    return domain->state == PF_LOGIN_USER && drop_pin(domain, PF_LOGIN_ASLEEP);
}

gboolean
pf_login_domain_log_out(PfLoginDomain *domain)
{
    domain->since = 0;
    return drop_pin(domain, PF_LOGIN_PUBLIC);
}

void
pf_login_domain_touch(PfLoginDomain *domain)
{
    domain->last_used = g_get_monotonic_time();
}

void
pf_login_domain_bump_objects(PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        pf_state_writer_bump_objects(member->context->state, member->entry);
    }
}

guint64
pf_login_domain_count_sessions(const PfLoginDomain *domain)
{
    guint64 sum = 0;
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        sum += pf_process_context_count_sessions(member->context, member->entry);
    }
    return sum;
}
