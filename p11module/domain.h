/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomain: this process's view of a login domain: the token in a slot, and an application ID. */
#pragma once

#include <stdatomic.h>

#include "module.h"

/* The token as it is now, as far as anybody has noticed: another mark later means that it was
 * removed meanwhile, or that its PIN was changed. */
typedef struct {
    const PfStateEntry *page;
    unsigned changes;
} PfTokenMark;

typedef struct PfDomain PfDomain;
struct PfDomain {
    PfDomain *next;
    PfSlot *slot;
    bool explicit_id;
    uint64_t app_id;
    /* Read without a lock, so that a call on a session costs no more than these loads; written
     * under the slot's. */
    _Atomic(const PfStateEntry *) page; /* its entry in the state page; NULL: never registered */
    _Atomic uint32_t seen_closings;     /* those that an era was begun for */
    _Atomic uint64_t era;   /* sessions opened in an earlier one were closed with their ID */
    _Atomic uint64_t place; /* PfPlace in one word */
    /* The slot's lock guards what follows. */
    unsigned sessions;
    unsigned read_only_sessions;
    uint64_t own_logout_mark; /* the login that this process has ended last */
    bool is_stale;            /* its ID was closed: the agent is told of the next session again */
    bool has_officer;         /* the agent was told of a security officer's login of ours */
    PfTokenId token;          /* that its sessions were opened on */
    uint64_t window_mark;     /* the login that its windows belong to; 0: none */
    uint64_t snapshot_mark;   /* the login that the snapshot belongs to; 0: none */
    uint64_t snapshot_objects;
    PfTokenMark keys_mark; /* the token whose keys were looked at; no page: of none */
    uint64_t keys_objects;
};

/* Where the agent's pages have a domain. */
typedef struct {
    uint64_t epoch; /* of the link in which ENTRY was learnt; 0: not registered */
    unsigned entry;
} PfPlace;

/* What the sessions of a domain are. */
typedef enum {
    PF_STANDING_PUBLIC,
    PF_STANDING_USER, /* a PIN is held or may be asked for: virtual login */
    PF_STANDING_REAL, /* the backend's own USER login */
    PF_STANDING_SO,
} PfStanding;

/* The slot's domain of the ID that the host has now, made if need be; NULL for lack of memory. */
PfDomain *pf_domain_of_host(PfModule *module, PfSlot *slot);

/* A session was opened or closed. Tells the agent of the first and the last (DESIGN 9a). RET_ERA:
 * when the session was opened. Returns whether that is the first one of its era, so that there may
 * be sessions to close. */
bool pf_domain_session_opened(PfModule *module, PfDomain *domain, bool is_read_only,
                              uint64_t *ret_era);
void pf_domain_session_closed(PfModule *module, PfDomain *domain, bool is_read_only);

/* May the sessions of ERA have been closed with their ID (DESIGN 5)? Three loads; the truth comes
 * out with pf_domain_note_closings(). */
static inline bool
pf_domain_may_be_closed(const PfDomain *domain, uint64_t era)
{
    const PfStateEntry *page = atomic_load_explicit(&domain->page, memory_order_acquire);
    return atomic_load_explicit(&domain->era, memory_order_relaxed) != era ||
           (page != NULL && atomic_load(&page->closings) !=
                                atomic_load_explicit(&domain->seen_closings, memory_order_relaxed));
}

/* Begins a new era if the domain's ID was closed since the last look. Returns the present era. */
uint64_t pf_domain_note_closings(PfDomain *domain);

/* The same when this process has just closed APP_ID on TOKEN, also for sessions of it that the
 * agent does not know. */
void pf_domain_note_own_closing(PfModule *module, PfDomain *domain, const PfTokenId *token,
                                uint64_t app_id);

/* Is a security officer logged in by the domain's ID, in another process? A load or two where none
 * is. */
bool pf_domain_has_officer_elsewhere(PfModule *module, const PfDomain *domain);

/* Has the domain a read-only session in this process? */
bool pf_domain_has_read_only(const PfDomain *domain);

/* Tells the agent that a security officer's login of this domain begins (PF_LINK_OK also where
 * nothing is known of other processes), or that it is over. */
PfLinkStatus pf_domain_begin_officer(PfModule *module, PfDomain *domain);
void pf_domain_end_officer(PfModule *module, PfDomain *domain);

/* The same for all domains of the slot. */
void pf_domain_end_officers(PfModule *module, PfSlot *slot);

/* Makes contact and registers if that is not done in this life of the agent. Returns true when PINs
 * of this domain can be cached now. */
bool pf_domain_prepare(PfModule *module, PfDomain *domain);

/* Standing of the domain's sessions; no system call. RET_MARK (may be NULL): tells one login from
 * the next, 0 when public. */
PfStanding pf_domain_get_standing(PfModule *module, const PfDomain *domain, uint64_t *ret_mark);

/* Are logins of the domain virtual now: an agent that caches, and the domain known to it? No system
 * call. */
bool pf_domain_is_virtual(PfModule *module, const PfDomain *domain);

/* Is it the backend alone that says what sessions of STANDING may see and use: by its own login, or
 * because nothing is cached? The module then passes its private objects on by their handles, as
 * long as the backend has them. Never of public sessions while a window is open, which is
 * another's. No system call. */
bool pf_domain_is_backends(PfModule *module, const PfDomain *domain, PfStanding standing);

/* This process itself is about to end the domain's login. */
void pf_domain_note_own_end(PfModule *module, PfDomain *domain);

/* Was the login MARK taken away by another process? A logout of this one leaves to the backend what
 * becomes of operations; a changed setting lets them finish; and an agent that is gone has taken
 * nothing away. */
bool pf_domain_is_ended_elsewhere(PfModule *module, const PfDomain *domain, uint64_t mark);

/* No system call. */
PfTokenMark pf_domain_mark_token(const PfDomain *domain);
bool pf_domain_has_same_token(const PfDomain *domain, const PfTokenMark *mark);

/* Is the login virtual and the PIN forgotten (DESIGN 4.7)? */
bool pf_domain_is_asleep(PfModule *module, const PfDomain *domain);

/* The domain as the agent knows it. Takes the slot's lock. */
void pf_domain_get_ref(const PfDomain *domain, PfDomainRef *ref);

/* The same, and the token that a PIN of it is for: the domain may be another token's by the time
 * that the PIN comes. */
void pf_domain_get_ref_and_token(const PfDomain *domain, PfDomainRef *ref, PfTokenId *ret_token);

/* No lock. */
static inline PfPlace
pf_domain_get_place(const PfDomain *domain)
{
    uint64_t word = atomic_load_explicit(&domain->place, memory_order_acquire);
    return (PfPlace){.epoch = word >> 16, .entry = word & UINT16_MAX};
}

void pf_domain_free_all(PfDomain *domains);
