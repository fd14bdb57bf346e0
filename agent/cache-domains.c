/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: the domains of each ID, their members, and what keeps them apart. */
#include "cache-domains.h"

#include <string.h>

#include "cache-private.h"

void
pf_cache_set_consent_hooks(PfCache *self, const PfConsentHooks *hooks, gpointer data)
{
    self->consent = hooks;
    self->consent_data = data;
}

PfDomainSet *
pf_cache_find_set(PfCache *self, const char *token, guint64 app_id, gboolean is_shareable)
{
    const PfDomainSet key = {
        .token = (char *)token,
        .app_id = app_id,
        .is_shareable = is_shareable,
    };
    return g_hash_table_lookup(self->sets, &key);
}

PfDomainSet *
pf_cache_get_set(PfCache *self, const char *token, guint64 app_id, gboolean is_shareable)
{
    PfDomainSet *set = pf_cache_find_set(self, token, app_id, is_shareable);
    if (set == NULL) {
        set = pf_domain_set_new(token, app_id, is_shareable);
        g_hash_table_add(self->sets, set);
    }
    return set;
}

static PfLoginDomain *
add_domain(PfCache *self, PfDomainSet *set)
{
    PfLoginDomain *domain = pf_domain_set_add(set);
    domain->position = self->domains->len;
    g_ptr_array_add(self->domains, domain);
    return domain;
}

PfLoginDomain *
pf_cache_get_login_domain(PfCache *self, PfDomainSet *set)
{
    if (set->login == NULL)
        set->login = add_domain(self, set);
    return set->login;
}

static void
remove_domain(PfCache *self, PfLoginDomain *domain)
{
    PfDomainSet *set = domain->set;
    guint position = domain->position;
    pf_domain_set_remove(set, domain);
    if (set->domains->len == 0 && !set->is_open)
        g_hash_table_remove(self->sets, set);
    g_ptr_array_remove_index_fast(self->domains, position);
    if (position < self->domains->len)
        ((PfLoginDomain *)g_ptr_array_index(self->domains, position))->position = position;
}

gboolean
pf_cache_is_open(const PfLoginDomain *domain)
{
    return domain->set != NULL && domain->set->is_open && domain->set->login == domain;
}

void
pf_cache_check_domain(PfCache *self, PfLoginDomain *domain, PfForgetReason reason)
{
    if (domain->set == NULL || pf_cache_is_open(domain))
        return;
    if (domain->state != PF_LOGIN_PUBLIC && !pf_login_domain_has_sessions(domain))
        pf_cache_log_out_domain(self, domain, reason);
    if (domain->members->len == 0)
        remove_domain(self, domain);
}

GPtrArray *
pf_cache_copy_domains(PfCache *self)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func((GDestroyNotify)pf_login_domain_unref);
    for (guint i = 0; i < self->domains->len; i++)
        g_ptr_array_add(copy, pf_login_domain_ref(g_ptr_array_index(self->domains, i)));
    return copy;
}

PfLoginDomain *
pf_cache_find_closed_login(PfCache *self, PfProcessContext *context, unsigned entry)
{
    PfLoginDomain *own = pf_process_context_get_domain(context, entry);
    PfLoginDomain *closed = pf_domain_set_get_closed(own->set);
    return closed != own ? closed : NULL;
}

/* An entry of CONTEXT in DOMAIN that was let in, if there is one. */
static const PfDomainMember *
find_admitted(PfProcessContext *context, const PfLoginDomain *domain)
{
    for (guint i = 0; i < context->entries->len; i++) {
        const PfDomainMember *member = pf_process_context_get_member(context, i);
        if (pf_process_context_get_domain(context, i) == domain &&
            member->admission != PF_ADMISSION_FREE)
            return member;
    }
    return NULL;
}

gboolean
pf_cache_has_right(PfCache *self, PfProcessContext *context, const PfLoginDomain *domain,
                   PfAdmission *ret_admission)
{
    const PfDomainMember *admitted = find_admitted(context, domain);
    if (admitted != NULL && admitted->admission == PF_ADMISSION_PROOF)
        *ret_admission = PF_ADMISSION_PROOF;
    else if (pf_sharing_rule_lets_in(self->sharing, domain, context->identity))
        *ret_admission = PF_ADMISSION_RULE;
    else if (domain->is_shareable && self->consent != NULL && self->consent->has_consent != NULL &&
             self->consent->has_consent(self->consent_data, context, domain))
        *ret_admission = PF_ADMISSION_CONSENT;
    else
        return FALSE;
    return TRUE;
}

/* DOMAIN's old place is empty now, perhaps. */
static void
move(PfCache *self, PfProcessContext *context, unsigned entry, PfLoginDomain *domain,
     PfAdmission admission)
{
    PfLoginDomain *old = pf_login_domain_ref(pf_process_context_get_domain(context, entry));
    pf_process_context_move_entry(context, entry, domain, admission);
    pf_cache_record_admission(self, context, domain, admission);
    if (old != domain)
        pf_cache_check_domain(self, old, PF_FORGET_LAST_SESSION);
    pf_login_domain_unref(old);
    if (self->consent != NULL && self->consent->admitted != NULL)
        self->consent->admitted(self->consent_data, context, entry, domain);
    pf_cache_emit_changed(self);
}

void
pf_cache_admit(PfCache *self, PfProcessContext *context, unsigned entry, PfLoginDomain *domain,
               PfAdmission admission)
{
    PfDomainMember *member = pf_process_context_get_member(context, entry);
    if (pf_process_context_get_domain(context, entry) == domain)
        member->admission = MAX(member->admission, admission);
    else
        move(self, context, entry, domain, admission);
}

void
pf_cache_expel(PfCache *self, PfProcessContext *context, unsigned entry)
{
    PfDomainSet *set = pf_process_context_get_domain(context, entry)->set;
    move(self, context, entry, add_domain(self, set), PF_ADMISSION_FREE);
}

/* Who is in DOMAIN without a right leaves; the others stay as what lets them. */
static void
expel_strangers(PfCache *self, PfLoginDomain *domain)
{
    g_autoptr(GArray) strangers = g_array_new(FALSE, FALSE, sizeof(PfDomainMember));
    PfLoginState state = domain->state;
    for (guint i = 0; i < domain->members->len; i++) {
        PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        if (!pf_cache_has_right(self, member->context, domain, &member->admission))
            g_array_append_val(strangers, *member);
    }
    /* With the last one that had a session the login ends, and nobody is a stranger any more. */
    for (guint i = 0; i < strangers->len && domain->state == state; i++) {
        const PfDomainMember *stranger = &g_array_index(strangers, PfDomainMember, i);
        pf_cache_expel(self, stranger->context, stranger->entry);
    }
}

/* Moves the members of SET's other domains into DOMAIN: all of them, or who has the right. */
static void
bring_in(PfCache *self, PfDomainSet *set, PfLoginDomain *domain, gboolean needs_right)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(PfDomainMember));
    for (guint i = 0; i < set->domains->len; i++) {
        const PfLoginDomain *island = g_ptr_array_index(set->domains, i);
        if (island == domain || (needs_right && island->officers->len > 0))
            continue;
        for (guint j = 0; j < island->members->len; j++) {
            PfDomainMember member = g_array_index(island->members, PfDomainMember, j);
            member.admission = PF_ADMISSION_FREE;
            if (!needs_right || pf_cache_has_right(self, member.context, domain, &member.admission))
                g_array_append_val(found, member);
        }
    }
    for (guint i = 0; i < found->len; i++) {
        const PfDomainMember *member = &g_array_index(found, PfDomainMember, i);
        move(self, member->context, member->entry, domain, member->admission);
    }
}

void
pf_cache_reunite(PfCache *self, PfLoginDomain *domain)
{
    if (domain->set != NULL && domain->set->login == domain)
        bring_in(self, domain->set, domain, FALSE);
}

void
pf_cache_settle(PfCache *self, PfLoginDomain *domain)
{
    if (!domain->is_shareable || domain->set == NULL || domain->state == PF_LOGIN_PUBLIC)
        return;
    g_autoptr(PfLoginDomain) kept G_GNUC_UNUSED = pf_login_domain_ref(domain);
    expel_strangers(self, domain);
    if (domain->set != NULL && domain->state != PF_LOGIN_PUBLIC)
        bring_in(self, domain->set, domain, TRUE);
}

/* Who is logged in with the one that has just proved the PIN of DOMAIN. */
static void
record_companions(PfCache *self, PfLoginDomain *domain)
{
    for (guint i = 0; i < domain->members->len; i++) {
        const PfDomainMember *member = &g_array_index(domain->members, PfDomainMember, i);
        pf_cache_record_admission(self, member->context, domain, member->admission);
    }
}

gboolean
pf_cache_log_in(PfCache *self, PfProcessContext *context, unsigned entry, PfSecret *pin,
                const char *how)
{
    PfLoginDomain *own = pf_process_context_get_domain(context, entry);
    g_autoptr(PfLoginDomain) domain =
        pf_login_domain_ref(pf_cache_get_login_domain(self, own->set));
    if (own->officers->len > 0 || domain->officers->len > 0) {
        pf_secret_free(pin);
        return FALSE;
    }
    gboolean is_new = domain->state == PF_LOGIN_PUBLIC;
    pf_login_domain_add_supplier(domain, context);
    pf_cache_admit(self, context, entry, domain, PF_ADMISSION_PROOF);
    /* Before the pages say that somebody is logged in. Who wakes a domain changes nothing for those
     * who are in it. */
    if (is_new && domain->is_shareable)
        expel_strangers(self, domain);
    /* A domain that wakes, or gets the PIN once more, goes on with the login that its sessions
     * know: their handles stay valid (DESIGN 4.7). */
    pf_login_domain_log_in(domain, pin, is_new ? ++self->last_serial : domain->serial);
    g_clear_pointer(&domain->program, pf_history_program_unref);
    domain->program = pf_history_program_ref(pf_cache_get_history_program(self, context));
    pf_cache_record_login(self, context, domain, how);
    if (is_new)
        record_companions(self, domain);
    if (domain->is_shareable)
        bring_in(self, domain->set, domain, TRUE);
    /* The last session may have been closed without a call while the state said public. */
    pf_cache_check_domain(self, domain, PF_FORGET_LAST_SESSION);
    pf_cache_emit_changed(self);
    return domain->state == PF_LOGIN_USER;
}

PfLoginDomain *
pf_cache_find_place(PfCache *self, PfProcessContext *context, const char *token, guint64 app_id,
                    gboolean is_shareable, PfAdmission *ret_admission)
{
    PfDomainSet *set = pf_cache_get_set(self, token, app_id, is_shareable);
    *ret_admission = PF_ADMISSION_FREE;
    /* There is nothing in it that a right would be needed for; and an ID that was drawn for a
     * process is named by nobody else. */
    if (pf_domain_set_get_closed(set) == NULL || !is_shareable ||
        pf_cache_has_right(self, context, set->login, ret_admission))
        return pf_cache_get_login_domain(self, set);
    return add_domain(self, set);
}
