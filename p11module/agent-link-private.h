/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the files of PfAgentLink have in common: agent-link.c (contact, shared pages),
 * agent-link-calls.c and agent-link-leases.c (methods), agent-link-use.c (what for). */
#pragma once

#include "agent-contact.h"
#include "agent-link.h"
#include "agent-patience.h"
#include "agent-pool.h"

struct PfAgentLink {
    PfAgentPool pool;
    _Atomic(PfAgentContact *) current; /* NULL: no agent */

    pthread_mutex_t lock;     /* guards what follows; never held while a socket is used */
    pthread_cond_t attempted; /* is_contacting became false */
    bool is_contacting;
    uint64_t next_start; /* no agent is asked for before; 0: since a success none was */
    bool was_silent;     /* the last attempt met an agent that said nothing */
    uint64_t next_attempt;
    uint64_t last_epoch;
    PfAgentContact *contacts; /* all there ever were */
};

/* The contact with an agent that lives, or NULL. */
PfAgentContact *pf_agent_link_get_contact(PfAgentLink *link);

/* Arguments of a call that name a domain, and what it is used for: negative errno on failure. */
int pf_agent_link_append_domain(sd_bus_message *message, const PfDomainRef *domain);
int pf_agent_link_append_use(sd_bus_message *message, const PfDomainRef *domain, const PfUse *use);

/* EPOCH is over: nothing is asked until the next contact. Harmless when it is over already. */
void pf_agent_link_lose(PfAgentLink *link, uint64_t epoch);
