/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomain: registration with the agent, sessions, and security officers. */
#include "domain.h"

#include <stdlib.h>

#include "officer.h"
#include "slot.h"

/* What the host has set counts before what is configured (DESIGN 5). */
static bool
get_id_of_host(PfModule *module, uint64_t *ret_app_id)
{
    bool was_set = atomic_load_explicit(&module->has_app_id, memory_order_acquire);
    bool is_configured = module->config->has_app_id;
    if (was_set)
        *ret_app_id = atomic_load_explicit(&module->app_id, memory_order_relaxed);
    else
        *ret_app_id = is_configured ? module->config->app_id : 0;
    return was_set || is_configured;
}

static PfDomain *
find_domain(const PfSlot *slot, bool explicit_id, uint64_t app_id)
{
    PfDomain *domain = atomic_load(&slot->domains);
    while (domain != NULL && (domain->explicit_id != explicit_id || domain->app_id != app_id))
        domain = domain->next;
    return domain;
}

PfDomain *
pf_domain_of_host(PfModule *module, PfSlot *slot)
{
    uint64_t app_id;
    bool explicit_id = get_id_of_host(module, &app_id);
    PfDomain *domain = find_domain(slot, explicit_id, app_id);
    if (domain != NULL)
        return domain;
    pthread_mutex_lock(&slot->lock);
    /* Another thread may have been faster. */
    domain = find_domain(slot, explicit_id, app_id);
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

/* Slot lock held. */
static void
fill_ref(const PfDomain *domain, PfDomainRef *ref)
{
    pf_token_id_format(&domain->token, ref->token);
    ref->app_id = domain->app_id;
    ref->explicit_id = domain->explicit_id;
}

void
pf_domain_get_ref(const PfDomain *domain, PfDomainRef *ref)
{
    PfTokenId token;
    pf_domain_get_ref_and_token(domain, ref, &token);
}

void
pf_domain_get_ref_and_token(const PfDomain *domain, PfDomainRef *ref, PfTokenId *ret_token)
{
    pthread_mutex_lock(&domain->slot->lock);
    fill_ref(domain, ref);
    *ret_token = domain->token;
    pthread_mutex_unlock(&domain->slot->lock);
}

_Static_assert(PF_STATE_ENTRIES <= UINT16_MAX, "an entry fits into a place's word");

/* Slot lock held. */
static void
set_place(PfDomain *domain, uint64_t epoch, unsigned entry)
{
    atomic_store_explicit(&domain->place, epoch << 16 | entry, memory_order_release);
}

/* Slot lock held. */
static void
write_board(PfModule *module, const PfDomain *domain)
{
    PfSessionCounts counts = {.count = domain->sessions,
                              .read_only = domain->read_only_sessions,
                              .closings = atomic_load_explicit(&domain->seen_closings,
                                                               memory_order_relaxed)};
    PfPlace place = pf_domain_get_place(domain);
    if (module->link != NULL && place.epoch != 0)
        pf_agent_link_set_sessions(module->link, place.epoch, place.entry, counts);
}

/* Slot lock held. */
static void
begin_era(PfDomain *domain)
{
    atomic_fetch_add(&domain->era, 1);
    domain->is_stale = true;
}

/* Slot lock held. */
static bool
note_closings(PfDomain *domain)
{
    const PfStateEntry *page = atomic_load_explicit(&domain->page, memory_order_relaxed);
    uint32_t seen = atomic_load_explicit(&domain->seen_closings, memory_order_relaxed);
    uint32_t now = page != NULL ? atomic_load(&page->closings) : seen;
    if (now == seen)
        return false;
    begin_era(domain);
    atomic_store(&domain->seen_closings, now);
    return true;
}

uint64_t
pf_domain_note_closings(PfDomain *domain)
{
    pthread_mutex_lock(&domain->slot->lock);
    note_closings(domain);
    uint64_t era = atomic_load(&domain->era);
    pthread_mutex_unlock(&domain->slot->lock);
    return era;
}

void
pf_domain_note_own_closing(PfModule *module, PfDomain *domain, const PfTokenId *token,
                           uint64_t app_id)
{
    uint64_t epoch = pf_agent_link_get_epoch(module->link);
    pthread_mutex_lock(&domain->slot->lock);
    note_closings(domain);
    if (domain->explicit_id && domain->app_id == app_id && domain->sessions > 0 &&
        pf_domain_get_place(domain).epoch != epoch && pf_token_id_is_equal(&domain->token, token))
        begin_era(domain);
    pthread_mutex_unlock(&domain->slot->lock);
}

/* Takes over where the entry of this life of the agent is. Its closings begin anew, but those of
 * the life before count to its end. Slot lock held. */
static void
set_entry(PfModule *module, PfDomain *domain, uint64_t epoch, unsigned entry)
{
    const PfStateEntry *page = pf_agent_link_get_entry(module->link, epoch, entry);
    note_closings(domain);
    set_place(domain, epoch, entry);
    domain->is_stale = false;
    if (page != atomic_load(&domain->page) && page != NULL) {
        /* Who reads in between sees one that is new with one that is old, and looks again. */
        atomic_store(&domain->seen_closings, atomic_load(&page->closings));
        atomic_store(&domain->page, page);
    }
    write_board(module, domain);
}

/* Does the agent's present life know the domain as it is? Slot lock held. */
static bool
is_registered(const PfDomain *domain, uint64_t epoch)
{
    return epoch != 0 && pf_domain_get_place(domain).epoch == epoch && !domain->is_stale;
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
    bool is_done = is_registered(domain, epoch);
    unsigned sessions = domain->sessions;
    if (!is_done)
        fill_ref(domain, &ref);
    pthread_mutex_unlock(&slot->lock);
    if (is_done)
        return true;
    if (epoch == 0 ||
        pf_agent_link_sessions_changed(module->link, &ref, sessions, &entry) != PF_LINK_OK)
        return false;
    pthread_mutex_lock(&slot->lock);
    set_entry(module, domain, epoch, entry);
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

bool
pf_domain_session_opened(PfModule *module, PfDomain *domain, bool is_read_only, uint64_t *ret_era)
{
    PfSlot *slot = domain->slot;
    pthread_mutex_lock(&slot->lock);
    bool has_new_era = note_closings(domain);
    *ret_era = atomic_load(&domain->era);
    slot->sessions++;
    domain->read_only_sessions += is_read_only ? 1 : 0;
    bool is_first = domain->sessions++ == 0;
    if (is_first && !pf_token_id_is_equal(&domain->token, &slot->token)) {
        domain->token = slot->token;
        set_place(domain, 0, 0);
        atomic_store(&domain->page, NULL);
    }
    write_board(module, domain);
    bool must_register = module->link != NULL && (is_first || domain->is_stale) &&
                         !is_registered(domain, pf_agent_link_get_epoch(module->link));
    pthread_mutex_unlock(&slot->lock);
    if (must_register)
        pf_domain_prepare(module, domain);
    return has_new_era;
}

void
pf_domain_session_closed(PfModule *module, PfDomain *domain, bool is_read_only)
{
    PfSlot *slot = domain->slot;
    PfDomainRef ref;
    unsigned entry;
    pthread_mutex_lock(&slot->lock);
    bool is_last = --domain->sessions == 0;
    domain->read_only_sessions -= is_read_only ? 1 : 0;
    bool must_end_officer = is_last && domain->has_officer;
    bool has_others = --slot->sessions > 0;
    if (!has_others) {
        /* PKCS#11 2.40, 5.6: the backend's own login ends with its last session. */
        slot->has_user_login = false;
        slot->has_so_login = false;
    }
    PfPlace place = pf_domain_get_place(domain);
    write_board(module, domain);
    /* Written first, then looked: a login that comes in between sees the zero (DESIGN 9a). */
    bool is_told = is_last && module->link != NULL && place.epoch != 0 &&
                   pf_state_login_state(pf_agent_link_get_login(module->link, place.epoch,
                                                                place.entry)) != PF_LOGIN_PUBLIC;
    if (is_told)
        fill_ref(domain, &ref);
    pthread_mutex_unlock(&slot->lock);
    if (must_end_officer && has_others)
        pf_officer_log_out(slot);
    if (must_end_officer)
        pf_domain_end_officer(module, domain);
    if (is_told)
        pf_agent_link_sessions_changed(module->link, &ref, 0, &entry);
}

bool
pf_domain_has_read_only(const PfDomain *domain)
{
    pthread_mutex_lock(&domain->slot->lock);
    bool has_one = domain->read_only_sessions > 0;
    pthread_mutex_unlock(&domain->slot->lock);
    return has_one;
}

PfLinkStatus
pf_domain_begin_officer(PfModule *module, PfDomain *domain)
{
    PfDomainRef ref;
    if (!pf_domain_prepare(module, domain))
        return PF_LINK_OK;
    pf_domain_get_ref(domain, &ref);
    PfLinkStatus status = pf_agent_link_begin_officer(module->link, &ref);
    switch (status) {
    case PF_LINK_USER_LOGGED_IN:
    case PF_LINK_OFFICER_LOGGED_IN:
    case PF_LINK_READ_ONLY_EXISTS:
        return status;
    default:
        break;
    }
    pthread_mutex_lock(&domain->slot->lock);
    domain->has_officer = status == PF_LINK_OK;
    pthread_mutex_unlock(&domain->slot->lock);
    return PF_LINK_OK;
}

void
pf_domain_end_officer(PfModule *module, PfDomain *domain)
{
    PfDomainRef ref;
    pthread_mutex_lock(&domain->slot->lock);
    bool was_told = domain->has_officer;
    domain->has_officer = false;
    fill_ref(domain, &ref);
    pthread_mutex_unlock(&domain->slot->lock);
    if (was_told)
        pf_agent_link_end_officer(module->link, &ref);
}

void
pf_domain_end_officers(PfModule *module, PfSlot *slot)
{
    PfDomain *domain = slot->domains;
    for (; domain != NULL; domain = domain->next)
        pf_domain_end_officer(module, domain);
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
