/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomain: registration with the agent, and the login state read from shared memory. */
#include "domain.h"

#include <stdlib.h>

#include "slot.h"

/* Marks of the backend's own logins are odd, those of virtual ones even: they never meet. */
static uint64_t
mark_of_real_login(const PfSlot *slot)
{
    return slot->user_logins << 1 | 1;
}

static uint64_t
mark_of_virtual_login(uint64_t epoch, uint64_t serial)
{
    return (epoch << 32 | (serial & UINT32_MAX)) << 1;
}

PfDomain *
pf_domain_of_host(PfModule *module, PfSlot *slot)
{
    bool explicit_id = module->config->has_app_id;
    uint64_t app_id = explicit_id ? module->config->app_id : 0;
    pthread_mutex_lock(&slot->lock);
    PfDomain *domain = slot->domains;
    while (domain != NULL && (domain->explicit_id != explicit_id || domain->app_id != app_id))
        domain = domain->next;
    if (domain == NULL && (domain = calloc(1, sizeof *domain)) != NULL) {
        domain->slot = slot;
        domain->explicit_id = explicit_id;
        domain->app_id = app_id;
        domain->next = slot->domains;
        slot->domains = domain;
    }
    pthread_mutex_unlock(&slot->lock);
    return domain;
}

void
pf_domain_get_ref(const PfDomain *domain, PfDomainRef *ref)
{
    pf_token_id_format(&domain->token, ref->token);
    ref->app_id = domain->app_id;
    ref->explicit_id = domain->explicit_id;
}

void
pf_domain_get_entry(const PfDomain *domain, uint64_t *ret_epoch, unsigned *ret_entry)
{
    pthread_mutex_lock(&domain->slot->lock);
    *ret_epoch = domain->epoch;
    *ret_entry = domain->entry;
    pthread_mutex_unlock(&domain->slot->lock);
}

/* Registers the domain, which has sessions, in the present life of the agent. */
static bool
register_domain(PfModule *module, PfDomain *domain)
{
    PfSlot *slot = domain->slot;
    PfDomainRef ref;
    unsigned entry;
    uint64_t epoch = pf_agent_link_get_epoch(module->link);
    pthread_mutex_lock(&slot->lock);
    bool is_done = domain->epoch == epoch && epoch != 0;
    unsigned sessions = domain->sessions;
    pf_domain_get_ref(domain, &ref);
    pthread_mutex_unlock(&slot->lock);
    if (is_done)
        return true;
    if (epoch == 0 ||
        pf_agent_link_sessions_changed(module->link, &ref, sessions, &entry) != PF_LINK_OK)
        return false;
    pthread_mutex_lock(&slot->lock);
    domain->epoch = epoch;
    domain->entry = entry;
    pf_agent_link_set_sessions(module->link, epoch, entry, domain->sessions);
    pthread_mutex_unlock(&slot->lock);
    PfTokenReport report = {.slot_description = pf_slot_get_description(slot),
                            .token_flags = slot->needs_login ? CKF_LOGIN_REQUIRED : 0,
                            .hardware = slot->is_hardware};
    pf_agent_link_report_token(module->link, ref.token, PF_TOKEN_EVENT_SEEN, &report);
    return true;
}

bool
pf_domain_prepare(PfModule *module, PfDomain *domain)
{
    if (module->link == NULL || !domain->slot->needs_login)
        return false;
    if (!pf_agent_link_contact(module->link, true))
        return false;
    return register_domain(module, domain) &&
           (pf_agent_link_get_policy(module->link) & PF_POLICY_CACHE) != 0;
}

void
pf_domain_session_opened(PfModule *module, PfDomain *domain)
{
    PfSlot *slot = domain->slot;
    pthread_mutex_lock(&slot->lock);
    slot->sessions++;
    bool is_first = domain->sessions++ == 0;
    if (is_first && !pf_token_id_is_equal(&domain->token, &slot->token)) {
        domain->token = slot->token;
        domain->epoch = 0;
    }
    if (module->link != NULL && domain->epoch != 0)
        pf_agent_link_set_sessions(module->link, domain->epoch, domain->entry, domain->sessions);
    pthread_mutex_unlock(&slot->lock);
    if (is_first)
        pf_domain_prepare(module, domain);
}

void
pf_domain_session_closed(PfModule *module, PfDomain *domain)
{
    PfSlot *slot = domain->slot;
    PfDomainRef ref;
    unsigned entry;
    pthread_mutex_lock(&slot->lock);
    bool is_last = --domain->sessions == 0;
    if (--slot->sessions == 0) {
        /* PKCS#11 2.40, 5.6: the backend's own login ends with its last session. */
        slot->has_user_login = false;
        slot->has_so_login = false;
    }
    uint64_t epoch = domain->epoch;
    if (module->link != NULL && epoch != 0)
        pf_agent_link_set_sessions(module->link, epoch, domain->entry, domain->sessions);
    /* Written first, then looked: a login that comes in between sees the zero (DESIGN 9a). */
    bool is_told = is_last && module->link != NULL && epoch != 0 &&
                   pf_state_login_state(pf_agent_link_get_login(module->link, epoch,
                                                                domain->entry)) != PF_LOGIN_PUBLIC;
    if (is_told)
        pf_domain_get_ref(domain, &ref);
    pthread_mutex_unlock(&slot->lock);
    if (is_told)
        pf_agent_link_sessions_changed(module->link, &ref, 0, &entry);
}

PfStanding
pf_domain_get_standing(PfModule *module, const PfDomain *domain, uint64_t *ret_mark)
{
    PfSlot *slot = domain->slot;
    PfStanding standing = PF_STANDING_PUBLIC;
    uint64_t mark = 0;
    pthread_mutex_lock(&slot->lock);
    if (slot->has_so_login) {
        standing = PF_STANDING_SO;
    } else if (slot->has_user_login) {
        standing = PF_STANDING_REAL;
        mark = mark_of_real_login(slot);
    } else if (module->link != NULL && domain->epoch != 0) {
        uint64_t word = pf_agent_link_get_login(module->link, domain->epoch, domain->entry);
        if (pf_state_login_state(word) != PF_LOGIN_PUBLIC) {
            standing = PF_STANDING_USER;
            mark = mark_of_virtual_login(domain->epoch, pf_state_login_serial(word));
        }
    }
    pthread_mutex_unlock(&slot->lock);
    if (ret_mark != NULL)
        *ret_mark = mark;
    return standing;
}

bool
pf_domain_is_virtual(PfModule *module, const PfDomain *domain)
{
    if (module->link == NULL)
        return false;
    pthread_mutex_lock(&domain->slot->lock);
    uint64_t epoch = domain->epoch;
    pthread_mutex_unlock(&domain->slot->lock);
    return epoch != 0 && epoch == pf_agent_link_get_epoch(module->link) &&
           (pf_agent_link_get_policy(module->link) & PF_POLICY_CACHE) != 0;
}

bool
pf_domain_is_backends(PfModule *module, const PfDomain *domain, PfStanding standing)
{
    switch (standing) {
    case PF_STANDING_USER:
        return false;
    case PF_STANDING_PUBLIC:
        return !pf_domain_is_virtual(module, domain);
    default:
        return true;
    }
}

bool
pf_domain_is_asleep(PfModule *module, const PfDomain *domain)
{
    if (module->link == NULL)
        return false;
    pthread_mutex_lock(&domain->slot->lock);
    uint64_t word = pf_agent_link_get_login(module->link, domain->epoch, domain->entry);
    pthread_mutex_unlock(&domain->slot->lock);
    return pf_state_login_state(word) == PF_LOGIN_ASLEEP;
}

void
pf_domain_free_all(PfDomain *domains)
{
    while (domains != NULL) {
        PfDomain *next = domains->next;
        free(domains);
        domains = next;
    }
}
