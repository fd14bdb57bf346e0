/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentPool: the connections of one link, each lent to one thread at a time. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "agent-connection.h"

/* Threads that can be on the socket at the same time. */
#define PF_AGENT_POOL_SLOTS 32

typedef struct {
    enum { PF_SLOT_FREE, PF_SLOT_BUSY, PF_SLOT_IDLE, PF_SLOT_LEASED } state;
    PfAgentConnection *connection; /* while busy: the borrowing thread's alone */
    _Atomic int fd;                /* what a forked child closes; -1: none */
    uint64_t epoch;
    uint64_t lease;  /* while leased */
    bool is_primary; /* never trimmed: the agent ends the instance with it */
} PfAgentSlot;

typedef struct {
    pthread_mutex_t lock; /* guards states; never held while a socket is used */
    pthread_cond_t released;
    uint64_t retired; /* epochs up to this one are over */
    PfAgentSlot slots[PF_AGENT_POOL_SLOTS];
} PfAgentPool;

/* Returns 0 or -errno. */
int pf_agent_pool_init(PfAgentPool *pool);

/* Closes everything; no slot may be borrowed. */
void pf_agent_pool_clear(PfAgentPool *pool);

/* In a forked child: closes the descriptors and touches nothing else. */
void pf_agent_pool_abandon(PfAgentPool *pool);

/* Lends an idle slot of EPOCH, or an empty one for a new connection, waiting until DEADLINE for
 * one. NULL when all stay in use. */
PfAgentSlot *pf_agent_pool_borrow(PfAgentPool *pool, uint64_t epoch, uint64_t deadline);

/* Lends an idle slot of EPOCH, or returns NULL. */
PfAgentSlot *pf_agent_pool_borrow_idle(PfAgentPool *pool, uint64_t epoch);

/* Lends an empty slot for the primary connection of EPOCH. */
PfAgentSlot *pf_agent_pool_borrow_primary(PfAgentPool *pool, uint64_t epoch, uint64_t deadline);

/* Lends the slot that holds LEASE, or returns NULL. */
PfAgentSlot *pf_agent_pool_borrow_leased(PfAgentPool *pool, uint64_t lease);

/* Puts a new connection into a borrowed empty slot. */
void pf_agent_pool_attach(PfAgentSlot *slot, PfAgentConnection *connection);

/* Gives a slot back: for anybody, or reserved for the end of LEASE, or with its connection closed
 * because it is broken. */
void pf_agent_pool_release(PfAgentPool *pool, PfAgentSlot *slot);
void pf_agent_pool_release_leased(PfAgentPool *pool, PfAgentSlot *slot, uint64_t lease);
void pf_agent_pool_release_broken(PfAgentPool *pool, PfAgentSlot *slot);

/* Closes the idle connections of EPOCH, which is over; borrowed ones are closed by their users. */
void pf_agent_pool_retire(PfAgentPool *pool, uint64_t epoch);
