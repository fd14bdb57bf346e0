/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomain: what its sessions are, read from shared memory. */
#include "domain.h"

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

/* What the domain's entry says of its login. */
static uint64_t
get_login(PfModule *module, PfPlace place)
{
    return pf_agent_link_get_login(module->link, place.epoch, place.entry);
}

PfStanding
pf_domain_get_standing(PfModule *module, const PfDomain *domain, uint64_t *ret_mark)
{
    const PfSlot *slot = domain->slot;
    PfPlace place = pf_domain_get_place(domain);
    PfStanding standing = PF_STANDING_PUBLIC;
    uint64_t mark = 0;
    if (slot->has_so_login) {
        standing = PF_STANDING_SO;
    } else if (slot->has_user_login) {
        standing = PF_STANDING_REAL;
        mark = mark_of_real_login(slot);
    } else if (module->link != NULL && place.epoch != 0) {
        uint64_t word = get_login(module, place);
        PfLoginState state = pf_state_login_state(word);
        if (state == PF_LOGIN_USER || state == PF_LOGIN_ASLEEP) {
            standing = PF_STANDING_USER;
            mark = mark_of_virtual_login(place.epoch, pf_state_login_serial(word));
        }
    }
    if (ret_mark != NULL)
        *ret_mark = mark;
    return standing;
}

bool
pf_domain_is_virtual(PfModule *module, const PfDomain *domain)
{
    if (module->link == NULL)
        return false;
    uint64_t epoch = pf_domain_get_place(domain).epoch;
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
        /* A window that is open is another domain's. */
        return !pf_domain_is_virtual(module, domain) && !pf_window_is_up(domain->slot);
    default:
        return true;
    }
}

void
pf_domain_note_own_end(PfModule *module, PfDomain *domain)
{
    uint64_t mark;
    pf_domain_get_standing(module, domain, &mark);
    pthread_mutex_lock(&domain->slot->lock);
    domain->own_logout_mark = mark;
    pthread_mutex_unlock(&domain->slot->lock);
}

bool
pf_domain_is_ended_elsewhere(PfModule *module, const PfDomain *domain, uint64_t mark)
{
    const PfStateEntry *page = atomic_load(&domain->page);
    uint64_t moved = page != NULL ? atomic_load(&page->moved_serial) : 0;
    pthread_mutex_lock(&domain->slot->lock);
    bool is_ours =
        domain->own_logout_mark == mark ||
        (moved != 0 && mark_of_virtual_login(pf_domain_get_place(domain).epoch, moved) == mark);
    pthread_mutex_unlock(&domain->slot->lock);
    return !is_ours && pf_domain_is_virtual(module, domain);
}

bool
pf_domain_is_asleep(PfModule *module, const PfDomain *domain)
{
    return module->link != NULL &&
           pf_state_login_state(get_login(module, pf_domain_get_place(domain))) == PF_LOGIN_ASLEEP;
}

PfTokenMark
pf_domain_mark_token(const PfDomain *domain)
{
    const PfStateEntry *page = atomic_load(&domain->page);
    return (PfTokenMark){page, page != NULL ? atomic_load(&page->token_changes) : 0};
}

bool
pf_domain_has_same_token(const PfDomain *domain, const PfTokenMark *mark)
{
    PfTokenMark now = pf_domain_mark_token(domain);
    return now.page == mark->page && now.changes == mark->changes;
}

bool
pf_domain_has_officer_elsewhere(PfModule *module, const PfDomain *domain)
{
    const PfStateEntry *page = atomic_load(&domain->page);
    if (page == NULL || pf_state_login_state(atomic_load(&page->login)) != PF_LOGIN_OFFICER)
        return false;
    /* The page may be one of an agent that is gone. */
    uint64_t word = get_login(module, pf_domain_get_place(domain));
    return pf_state_login_state(word) == PF_LOGIN_OFFICER;
}
