/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentLink: making and losing contact, and what is read from the shared pages. */
#include "agent-link.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "agent-link-private.h"
#include "agent-starter.h"
#include "sd-bus-table.h"

/* At most one attempt in this time (DESIGN 4.14). */
#define ATTEMPT_INTERVAL_US UINT64_C(1000000)
/* After an attempt that ran into silence the next ones only look whether it has ended. */
#define SILENT_PATIENCE_US UINT64_C(250000)
/* A start that failed is not tried again at each call, nor given up for good. */
#define START_INTERVAL_US UINT64_C(10000000)
/* While the agent is being started; nothing tells when its socket is there. */
#define START_POLL_US UINT64_C(20000)

PfAgentLink *
pf_agent_link_new(void)
{
    PfAgentLink *link = calloc(1, sizeof *link);
    if (link == NULL)
        return NULL;
    if (pf_agent_pool_init(&link->pool) < 0) {
        free(link);
        return NULL;
    }
    pthread_mutex_init(&link->lock, NULL);
    pthread_cond_init(&link->attempted, NULL);
    return link;
}

static void
free_contacts(PfAgentLink *link)
{
    PfAgentContact *contact = link->contacts;
    while (contact != NULL) {
        PfAgentContact *older = contact->older;
        pf_agent_contact_free(contact);
        contact = older;
    }
}

void
pf_agent_link_free(PfAgentLink *link)
{
    if (link == NULL)
        return;
    pf_agent_pool_clear(&link->pool);
    free_contacts(link);
    pthread_cond_destroy(&link->attempted);
    pthread_mutex_destroy(&link->lock);
    free(link);
}

void
pf_agent_link_abandon(PfAgentLink *link)
{
    if (link == NULL)
        return;
    /* The sd-bus objects are left as they are: another thread of the parent may have been in the
     * middle of one. */
    pf_agent_pool_abandon(&link->pool);
    free_contacts(link);
    free(link);
}

PfAgentContact *
pf_agent_link_get_contact(PfAgentLink *link)
{
    PfAgentContact *contact = atomic_load_explicit(&link->current, memory_order_acquire);
    if (contact == NULL || !pf_life_page_is_alive(contact->life))
        return NULL;
    return contact;
}

/* The agent may live on, and a connection that another thread waits on stays until then: it is to
 * keep no login for sessions of which it will not be told any more that they are closed. */
static void
clear_board(PfSessionBoard *board)
{
    for (unsigned i = 0; i < PF_STATE_ENTRIES; i++)
        atomic_store(&board->sessions[i], 0);
}

void
pf_agent_link_lose(PfAgentLink *link, uint64_t epoch)
{
    PfAgentContact *contact = atomic_load_explicit(&link->current, memory_order_acquire);
    if (contact != NULL && contact->epoch == epoch &&
        atomic_compare_exchange_strong(&link->current, &contact, NULL))
        clear_board(contact->board);
    pf_agent_pool_retire(&link->pool, epoch);
}

/* Opens a connection; where nobody listens and STARTER is given, waits for the agent to come. */
static int
open_connection(PfAgentStarter *starter, uint64_t deadline, PfAgentConnection **ret_connection)
{
    for (;;) {
        int r = pf_agent_connection_open(deadline, ret_connection);
        if ((r != -ENOENT && r != -ECONNREFUSED) || starter == NULL)
            return r;
        if (pf_agent_connection_now() >= deadline)
            return r;
        if (pf_agent_starter_pump(starter, START_POLL_US) < 0)
            return r;
    }
}

static int
open_or_start(PfAgentLink *link, bool may_start, uint64_t deadline,
              PfAgentConnection **ret_connection)
{
    int r = open_connection(NULL, deadline, ret_connection);
    if ((r != -ENOENT && r != -ECONNREFUSED) || !may_start ||
        pf_agent_connection_now() < link->next_start)
        return r;
    link->next_start = pf_agent_connection_now() + START_INTERVAL_US;
    PfAgentStarter *starter = pf_agent_starter_new();
    if (starter != NULL)
        r = open_connection(starter, deadline, ret_connection);
    pf_agent_starter_free(starter);
    return r;
}

/* One attempt, by the one thread that is_contacting belongs to. */
static int
attempt(PfAgentLink *link, bool may_start, PfAgentContact **ret_contact)
{
    /* No lock is held here, as this runs constructors of libraries. */
    if (!pf_sd_bus_table_load())
        return -ENOENT;
    uint64_t patience = pf_agent_patience_left();
    if (link->was_silent && patience > SILENT_PATIENCE_US)
        patience = SILENT_PATIENCE_US;
    uint64_t start = pf_agent_connection_now();
    uint64_t deadline = start + patience;
    uint64_t epoch = link->last_epoch + 1;
    PfAgentSlot *slot = pf_agent_pool_borrow_primary(&link->pool, epoch, deadline);
    if (slot == NULL)
        return -EBUSY;
    PfAgentConnection *connection;
    int r = open_or_start(link, may_start, deadline, &connection);
    pf_agent_patience_spend(pf_agent_connection_now() - start);
    if (r == 0) {
        pf_agent_pool_attach(slot, connection);
        uint64_t now = pf_agent_connection_now();
        r = pf_agent_contact_new(connection, deadline > now ? deadline - now : 1, ret_contact);
    }
    if (r != 0) {
        pf_agent_pool_release_broken(&link->pool, slot);
        return r;
    }
    (*ret_contact)->epoch = epoch;
    pf_agent_pool_release(&link->pool, slot);
    return 0;
}

/* Lock held. Is it this thread's turn to try? */
static bool
may_attempt(const PfAgentLink *link, bool may_start)
{
    uint64_t now = pf_agent_connection_now();
    return now >= link->next_attempt || (may_start && now >= link->next_start);
}

/* Takes the result of attempt() in. */
static void
finish_attempt(PfAgentLink *link, int result, PfAgentContact *contact)
{
    pthread_mutex_lock(&link->lock);
    link->last_epoch++;
    if (result == 0) {
        contact->older = link->contacts;
        link->contacts = contact;
        link->next_start = 0;
        atomic_store_explicit(&link->current, contact, memory_order_release);
    }
    link->was_silent = result == -ETIMEDOUT;
    link->next_attempt = pf_agent_connection_now() + ATTEMPT_INTERVAL_US;
    link->is_contacting = false;
    pthread_cond_broadcast(&link->attempted);
    pthread_mutex_unlock(&link->lock);
}

bool
pf_agent_link_contact(PfAgentLink *link, bool may_start)
{
    PfAgentContact *contact = atomic_load_explicit(&link->current, memory_order_acquire);
    if (contact != NULL) {
        if (pf_life_page_is_alive(contact->life))
            return true;
        pf_agent_link_lose(link, contact->epoch);
    }
    pthread_mutex_lock(&link->lock);
    if (link->is_contacting) {
        /* The other thread's attempt is bounded, and so is this wait. */
        while (link->is_contacting)
            pthread_cond_wait(&link->attempted, &link->lock);
        pthread_mutex_unlock(&link->lock);
        return pf_agent_link_get_contact(link) != NULL;
    }
    bool is_due = pf_agent_link_get_contact(link) == NULL && may_attempt(link, may_start);
    link->is_contacting = is_due;
    pthread_mutex_unlock(&link->lock);
    if (is_due) {
        PfAgentContact *made = NULL;
        int r = attempt(link, may_start, &made);
        finish_attempt(link, r, made);
    }
    return pf_agent_link_get_contact(link) != NULL;
}

uint64_t
pf_agent_link_get_epoch(PfAgentLink *link)
{
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    return contact != NULL ? contact->epoch : 0;
}

uint32_t
pf_agent_link_get_policy(PfAgentLink *link)
{
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    return contact != NULL ? atomic_load(&contact->state->policy) : 0;
}

uint32_t
pf_agent_link_get_release_delay_ms(PfAgentLink *link)
{
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    return contact != NULL ? atomic_load(&contact->state->release_delay_ms) : 0;
}

/* The contact of EPOCH if it is the present one and ENTRY is in its pages. */
static PfAgentContact *
get_contact_of(PfAgentLink *link, uint64_t epoch, unsigned entry)
{
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    if (contact == NULL || contact->epoch != epoch || entry >= PF_STATE_ENTRIES)
        return NULL;
    return contact;
}

uint64_t
pf_agent_link_get_login(PfAgentLink *link, uint64_t epoch, unsigned entry)
{
    PfAgentContact *contact = get_contact_of(link, epoch, entry);
    if (contact == NULL)
        return pf_state_login_pack(PF_LOGIN_PUBLIC, 0);
    return atomic_load(&contact->state->entries[entry].login);
}

uint64_t
pf_agent_link_get_objects(PfAgentLink *link, uint64_t epoch, unsigned entry)
{
    PfAgentContact *contact = get_contact_of(link, epoch, entry);
    return contact != NULL ? atomic_load(&contact->state->entries[entry].objects) : 0;
}

const PfStateEntry *
pf_agent_link_get_entry(PfAgentLink *link, uint64_t epoch, unsigned entry)
{
    PfAgentContact *contact = get_contact_of(link, epoch, entry);
    return contact != NULL ? &contact->state->entries[entry] : NULL;
}

_Atomic uint32_t *
pf_agent_link_get_windows(PfAgentLink *link, uint64_t epoch, unsigned entry)
{
    PfAgentContact *contact = get_contact_of(link, epoch, entry);
    return contact != NULL ? &contact->board->windows[entry] : NULL;
}

void
pf_agent_link_set_sessions(PfAgentLink *link, uint64_t epoch, unsigned entry,
                           PfSessionCounts counts)
{
    PfAgentContact *contact = get_contact_of(link, epoch, entry);
    if (contact == NULL)
        return;
    PfSessionBoard *board = contact->board;
    /* The last store orders all before what follows. */
    atomic_store_explicit(&board->read_only[entry], counts.read_only, memory_order_relaxed);
    atomic_store_explicit(&board->closings[entry], counts.closings, memory_order_relaxed);
    atomic_store(&board->sessions[entry], counts.count);
}
