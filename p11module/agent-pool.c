/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentPool: a fixed table, so that a forked child can walk it whatever state it is in. */
#include "agent-pool.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Beside the primary one; a burst of threads leaves no more behind. */
#define IDLE_CONNECTIONS_MAX 3

int
pf_agent_pool_init(PfAgentPool *pool)
{
    pthread_condattr_t attr;
    int r = pthread_condattr_init(&attr);
    if (r != 0)
        return -r;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    r = pthread_cond_init(&pool->released, &attr);
    pthread_condattr_destroy(&attr);
    if (r != 0)
        return -r;
    pthread_mutex_init(&pool->lock, NULL);
    for (int i = 0; i < PF_AGENT_POOL_SLOTS; i++) {
        pool->slots[i] = (PfAgentSlot){.state = PF_SLOT_FREE};
        atomic_init(&pool->slots[i].fd, -1);
    }
    return 0;
}

/* Empties the slot and returns what is to be closed, without the lock. */
static PfAgentConnection *
empty_slot(PfAgentSlot *slot)
{
    PfAgentConnection *connection = slot->connection;
    slot->connection = NULL;
    slot->state = PF_SLOT_FREE;
    slot->is_primary = false;
    slot->lease = 0;
    atomic_store_explicit(&slot->fd, -1, memory_order_relaxed);
    return connection;
}

void
pf_agent_pool_clear(PfAgentPool *pool)
{
    for (int i = 0; i < PF_AGENT_POOL_SLOTS; i++)
        pf_agent_connection_close(empty_slot(&pool->slots[i]));
    pthread_cond_destroy(&pool->released);
    pthread_mutex_destroy(&pool->lock);
}

void
pf_agent_pool_abandon(PfAgentPool *pool)
{
    for (int i = 0; i < PF_AGENT_POOL_SLOTS; i++) {
        int fd = atomic_exchange_explicit(&pool->slots[i].fd, -1, memory_order_relaxed);
        if (fd >= 0)
            close(fd);
    }
}

/* Lock held. EPOCH 0 finds empty slots only. */
static PfAgentSlot *
find_slot(PfAgentPool *pool, uint64_t epoch)
{
    PfAgentSlot *empty = NULL;
    for (int i = 0; i < PF_AGENT_POOL_SLOTS; i++) {
        PfAgentSlot *slot = &pool->slots[i];
        if (slot->state == PF_SLOT_IDLE && epoch != 0 && slot->epoch == epoch)
            return slot;
        if (slot->state == PF_SLOT_FREE && empty == NULL)
            empty = slot;
    }
    return empty;
}

static PfAgentSlot *
borrow(PfAgentPool *pool, uint64_t idle_epoch, uint64_t epoch, bool is_primary, uint64_t deadline)
{
    struct timespec until = {.tv_sec = (time_t)(deadline / 1000000u),
                             .tv_nsec = (long)(deadline % 1000000u) * 1000};
    pthread_mutex_lock(&pool->lock);
    PfAgentSlot *slot = find_slot(pool, idle_epoch);
    while (slot == NULL && pthread_cond_timedwait(&pool->released, &pool->lock, &until) == 0)
        slot = find_slot(pool, idle_epoch);
    if (slot != NULL) {
        if (slot->state == PF_SLOT_FREE)
            slot->is_primary = is_primary;
        slot->state = PF_SLOT_BUSY;
        slot->epoch = epoch;
    }
    pthread_mutex_unlock(&pool->lock);
    return slot;
}

PfAgentSlot *
pf_agent_pool_borrow(PfAgentPool *pool, uint64_t epoch, uint64_t deadline)
{
    return borrow(pool, epoch, epoch, false, deadline);
}

PfAgentSlot *
pf_agent_pool_borrow_idle(PfAgentPool *pool, uint64_t epoch)
{
    pthread_mutex_lock(&pool->lock);
    PfAgentSlot *slot = find_slot(pool, epoch);
    if (slot != NULL && slot->state != PF_SLOT_IDLE)
        slot = NULL;
    if (slot != NULL)
        slot->state = PF_SLOT_BUSY;
    pthread_mutex_unlock(&pool->lock);
    return slot;
}

PfAgentSlot *
pf_agent_pool_borrow_primary(PfAgentPool *pool, uint64_t epoch, uint64_t deadline)
{
    return borrow(pool, 0, epoch, true, deadline);
}

PfAgentSlot *
pf_agent_pool_borrow_leased(PfAgentPool *pool, uint64_t lease)
{
    PfAgentSlot *found = NULL;
    pthread_mutex_lock(&pool->lock);
    for (int i = 0; i < PF_AGENT_POOL_SLOTS && found == NULL; i++) {
        if (pool->slots[i].state == PF_SLOT_LEASED && pool->slots[i].lease == lease)
            found = &pool->slots[i];
    }
    if (found != NULL)
        found->state = PF_SLOT_BUSY;
    pthread_mutex_unlock(&pool->lock);
    return found;
}

void
pf_agent_pool_attach(PfAgentSlot *slot, PfAgentConnection *connection)
{
    slot->connection = connection;
    atomic_store_explicit(&slot->fd, pf_agent_connection_get_fd(connection), memory_order_relaxed);
}

/* Lock held. */
static bool
has_enough_idle(const PfAgentPool *pool, uint64_t epoch)
{
    int idle = 0;
    for (int i = 0; i < PF_AGENT_POOL_SLOTS; i++) {
        const PfAgentSlot *slot = &pool->slots[i];
        idle += slot->state == PF_SLOT_IDLE && slot->epoch == epoch && !slot->is_primary;
    }
    return idle >= IDLE_CONNECTIONS_MAX;
}

void
pf_agent_pool_release(PfAgentPool *pool, PfAgentSlot *slot)
{
    PfAgentConnection *surplus = NULL;
    pthread_mutex_lock(&pool->lock);
    if (slot->connection == NULL || slot->epoch <= pool->retired ||
        (!slot->is_primary && has_enough_idle(pool, slot->epoch)))
        surplus = empty_slot(slot);
    else
        slot->state = PF_SLOT_IDLE;
    pthread_cond_signal(&pool->released);
    pthread_mutex_unlock(&pool->lock);
    pf_agent_connection_close(surplus);
}

void
pf_agent_pool_release_leased(PfAgentPool *pool, PfAgentSlot *slot, uint64_t lease)
{
    pthread_mutex_lock(&pool->lock);
    slot->lease = lease;
    slot->state = PF_SLOT_LEASED;
    pthread_mutex_unlock(&pool->lock);
}

void
pf_agent_pool_release_broken(PfAgentPool *pool, PfAgentSlot *slot)
{
    pthread_mutex_lock(&pool->lock);
    PfAgentConnection *broken = empty_slot(slot);
    pthread_cond_signal(&pool->released);
    pthread_mutex_unlock(&pool->lock);
    pf_agent_connection_close(broken);
}

void
pf_agent_pool_retire(PfAgentPool *pool, uint64_t epoch)
{
    PfAgentConnection *idle[PF_AGENT_POOL_SLOTS];
    int count = 0;
    pthread_mutex_lock(&pool->lock);
    if (pool->retired < epoch)
        pool->retired = epoch;
    for (int i = 0; i < PF_AGENT_POOL_SLOTS; i++) {
        PfAgentSlot *slot = &pool->slots[i];
        if (slot->state == PF_SLOT_IDLE && slot->epoch == epoch)
            idle[count++] = empty_slot(slot);
    }
    pthread_cond_broadcast(&pool->released);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < count; i++)
        pf_agent_connection_close(idle[i]);
}
