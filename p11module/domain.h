/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDomain: this process's view of a login domain: the token in a slot, and an application ID. */
#pragma once

#include "module.h"

typedef struct PfDomain PfDomain;
struct PfDomain {
    PfDomain *next;
    PfSlot *slot;
    bool explicit_id;
    uint64_t app_id;
    /* The slot's lock guards what follows. */
    unsigned sessions;
    PfTokenId token; /* that its sessions were opened on */
    uint64_t epoch;  /* of the link in which ENTRY was learnt; 0: not registered */
    unsigned entry;
    uint64_t window_mark;   /* the login that its windows belong to; 0: none */
    uint64_t snapshot_mark; /* the login that the snapshot belongs to; 0: none */
    uint64_t snapshot_objects;
};

/* What the sessions of a domain are. */
typedef enum {
    PF_STANDING_PUBLIC,
    PF_STANDING_USER, /* a PIN is held or may be asked for: virtual login */
    PF_STANDING_REAL, /* the backend's own USER login */
    PF_STANDING_SO,
} PfStanding;

/* The slot's domain of the host's ID, made if need be; NULL for lack of memory. */
PfDomain *pf_domain_of_host(PfModule *module, PfSlot *slot);

/* A session was opened or closed. Tells the agent of the first and the last (DESIGN 9a). */
void pf_domain_session_opened(PfModule *module, PfDomain *domain);
void pf_domain_session_closed(PfModule *module, PfDomain *domain);

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
 * long as the backend has them. No system call. */
bool pf_domain_is_backends(PfModule *module, const PfDomain *domain, PfStanding standing);

/* Is the login virtual and the PIN forgotten (DESIGN 4.7)? */
bool pf_domain_is_asleep(PfModule *module, const PfDomain *domain);

/* The domain as the agent knows it. */
void pf_domain_get_ref(const PfDomain *domain, PfDomainRef *ref);

/* Where the agent's pages have it: the entry, and the life of the agent in which it was learnt. */
void pf_domain_get_entry(const PfDomain *domain, uint64_t *ret_epoch, unsigned *ret_entry);

void pf_domain_free_all(PfDomain *domains);
