/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLoginDomain: holds a PIN, and tells its members' pages whether it does. */
#include "login-domain.h"

#include "boot-timer.h"
#include "process-context.h"

static void
clear_mark(gpointer data)
{
    g_free(((PfProgramMark *)data)->sandbox);
}

PfLoginDomain *
pf_login_domain_new(const char *token, guint64 app_id, gboolean is_shareable)
{
    PfLoginDomain *domain = g_rc_box_new0(PfLoginDomain);
    domain->token = g_strdup(token);
    domain->app_id = app_id;
    domain->is_shareable = is_shareable;
    domain->members = g_array_new(FALSE, FALSE, sizeof(PfDomainMember));
    domain->suppliers = g_array_new(FALSE, FALSE, sizeof(PfProgramMark));
    g_array_set_clear_func(domain->suppliers, clear_mark);
    domain->officers = g_array_new(FALSE, FALSE, sizeof(PfDomainMember));
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
    pf_history_program_unref(domain->program);
    g_free(domain->token);
    g_array_unref(domain->members);
    g_array_unref(domain->suppliers);
    g_array_unref(domain->officers);
}

void
pf_login_domain_unref(PfLoginDomain *domain)
{
    if (domain != NULL)
        g_rc_box_release_full(domain, clear_domain);
}

static PfDomainMember *
get_member(const PfLoginDomain *domain, guint position)
{
    return &g_array_index(domain->members, PfDomainMember, position);
}

/* Is an officer logged in by another process than CONTEXT? */
static gboolean
has_other_officer(const PfLoginDomain *domain, const PfProcessContext *context)
{
    for (guint i = 0; i < domain->officers->len; i++) {
        if (g_array_index(domain->officers, PfDomainMember, i).context != context)
            return TRUE;
    }
    return FALSE;
}

static void
publish_to(const PfLoginDomain *domain, const PfDomainMember *member)
{
    PfLoginState state = domain->state;
    if (has_other_officer(domain, member->context))
        state = PF_LOGIN_OFFICER;
    pf_state_writer_set_login(member->context->state, member->entry, state, domain->serial);
}

static void
publish(const PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++)
        publish_to(domain, get_member(domain, i));
}

guint
pf_login_domain_add_member(PfLoginDomain *domain, PfProcessContext *context, unsigned entry,
                           PfAdmission admission)
{
    PfDomainMember member = {context, entry, admission};
    g_array_append_val(domain->members, member);
    publish_to(domain, &member);
    return domain->members->len - 1;
}

void
pf_login_domain_remove_member(PfLoginDomain *domain, guint position)
{
    PfDomainMember gone = *get_member(domain, position);
    g_array_remove_index_fast(domain->members, position);
    if (position < domain->members->len) {
        const PfDomainMember *moved = get_member(domain, position);
        pf_process_context_set_position(moved->context, moved->entry, position);
    }
    pf_login_domain_remove_officer(domain, gone.context, gone.entry);
}

void
pf_login_domain_log_in(PfLoginDomain *domain, PfSecret *pin, guint64 serial)
{
    pf_secret_free(domain->pin);
    domain->pin = pin;
    domain->state = PF_LOGIN_USER;
    domain->serial = serial;
    domain->since = g_get_real_time() / G_USEC_PER_SEC;
    domain->entered = pf_boot_timer_get_now();
    domain->last_used = domain->entered;
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
    g_array_set_size(domain->suppliers, 0);
    for (guint i = 0; i < domain->members->len; i++)
        get_member(domain, i)->admission = PF_ADMISSION_FREE;
    return drop_pin(domain, PF_LOGIN_PUBLIC);
}

void
pf_login_domain_add_supplier(PfLoginDomain *domain, const PfProcessContext *context)
{
    const PfPeerIdentity *identity = context->identity;
    for (guint i = 0; i < domain->suppliers->len; i++) {
        if (pf_peer_identity_runs(identity, &g_array_index(domain->suppliers, PfProgramMark, i)))
            return;
    }
    PfProgramMark mark = {
        .is_known = identity->is_exe_known,
        .device = identity->exe_device,
        .inode = identity->exe_inode,
        .sandbox = g_strdup(identity->sandbox),
    };
    g_array_append_val(domain->suppliers, mark);
}

void
pf_login_domain_add_officer(PfLoginDomain *domain, PfProcessContext *context, unsigned entry)
{
    PfDomainMember officer = {context, entry, PF_ADMISSION_FREE};
    if (pf_login_domain_has_officer(domain, context, entry))
        return;
    g_array_append_val(domain->officers, officer);
    publish(domain);
}

static int
find_officer(const PfLoginDomain *domain, const PfProcessContext *context, unsigned entry)
{
    for (guint i = 0; i < domain->officers->len; i++) {
        const PfDomainMember *officer = &g_array_index(domain->officers, PfDomainMember, i);
        if (officer->context == context && officer->entry == entry)
            return (int)i;
    }
    return -1;
}

gboolean
pf_login_domain_remove_officer(PfLoginDomain *domain, const PfProcessContext *context,
                               unsigned entry)
{
    int index = find_officer(domain, context, entry);
    if (index < 0)
        return FALSE;
    g_array_remove_index_fast(domain->officers, (guint)index);
    publish(domain);
    return TRUE;
}

void
pf_login_domain_drop_officers(PfLoginDomain *domain)
{
    if (domain->officers->len == 0)
        return;
    g_array_set_size(domain->officers, 0);
    publish(domain);
}

gboolean
pf_login_domain_has_officer(const PfLoginDomain *domain, const PfProcessContext *context,
                            unsigned entry)
{
    return find_officer(domain, context, entry) >= 0;
}

void
pf_login_domain_touch(PfLoginDomain *domain)
{
    domain->last_used = pf_boot_timer_get_now();
}

void
pf_login_domain_bump_objects(PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = get_member(domain, i);
        pf_state_writer_bump_objects(member->context->state, member->entry);
    }
}

void
pf_login_domain_bump_token_changes(PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = get_member(domain, i);
        pf_state_writer_bump_token_changes(member->context->state, member->entry);
    }
}

void
pf_login_domain_bump_closings(PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = get_member(domain, i);
        pf_state_writer_bump_closings(member->context->state, member->entry);
    }
}

void
pf_login_domain_note_reset(PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = get_member(domain, i);
        pf_state_writer_note_reset(member->context->state, member->entry);
    }
}

void
pf_login_domain_note_removal(PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = get_member(domain, i);
        pf_state_writer_note_removal(member->context->state, member->entry);
    }
}

/* Begins with the member that had one last time: while it has, a thousand members cost one look. */
gboolean
pf_login_domain_has_sessions(PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        guint position = (domain->hint + i) % domain->members->len;
        const PfDomainMember *member = get_member(domain, position);
        if (pf_process_context_count_sessions(member->context, member->entry) > 0) {
            domain->hint = position;
            return TRUE;
        }
    }
    return FALSE;
}
