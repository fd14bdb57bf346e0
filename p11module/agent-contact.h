/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentContact: what one Hello gave: the pages shared with one life of the agent. */
#pragma once

#include <stdint.h>

#include "agent-connection.h"
#include "life-page.h"
#include "state-page.h"

typedef struct PfAgentContact {
    uint64_t epoch; /* set by the link, never 0 */
    const PfStatePage *state;
    PfSessionBoard *board;
    const PfLifePage *life;
    struct PfAgentContact *older; /* kept mapped: readers take no lock */
} PfAgentContact;

/* Says Hello on CONNECTION, which is the instance's primary one from then on. Returns 0, or -EPROTO
 * when the agent speaks another protocol, or -errno. */
int pf_agent_contact_new(PfAgentConnection *connection, uint64_t patience_us,
                         PfAgentContact **ret_contact);

/* Unmaps; NULL is fine. Not the older ones. */
void pf_agent_contact_free(PfAgentContact *contact);
