/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSlot: one session that has the token for itself, between a login for one operation and that
 * operation: any other call on a card in between spends the login (DESIGN 4.11). */
#include <time.h>

#include "slot.h"

/* Of those who wait, on either side: an application can leave its operation open for ever. */
#define ALONE_WAIT_MS 2000u

static void
get_deadline(struct timespec *until)
{
    uint64_t at = pf_window_now() + ALONE_WAIT_MS;
    until->tv_sec = (time_t)(at / 1000);
    until->tv_nsec = (long)(at % 1000) * 1000000;
}

static bool
is_anothers(PfSlot *slot, CK_SESSION_HANDLE session)
{
    CK_SESSION_HANDLE alone = atomic_load(&slot->alone);
    return alone != 0 && alone != session;
}

void
pf_slot_enter(PfSlot *slot, CK_SESSION_HANDLE session)
{
    /* Counted first, then looked; the taker stores first, then counts: one of them sees. */
    atomic_fetch_add(&slot->calls, 1);
    if (!is_anothers(slot, session))
        return;
    struct timespec until;
    int r = 0;
    get_deadline(&until);
    pf_slot_leave(slot);
    pthread_mutex_lock(&slot->lock);
    while (is_anothers(slot, session) && r == 0)
        r = pthread_cond_timedwait(&slot->changed, &slot->lock, &until);
    atomic_fetch_add(&slot->calls, 1);
    pthread_mutex_unlock(&slot->lock);
}

void
pf_slot_leave(PfSlot *slot)
{
    atomic_fetch_sub(&slot->calls, 1);
    if (atomic_load(&slot->alone) == 0)
        return;
    pthread_mutex_lock(&slot->lock);
    pthread_cond_broadcast(&slot->changed);
    pthread_mutex_unlock(&slot->lock);
}

void
pf_slot_begin_alone(PfSlot *slot, CK_SESSION_HANDLE session)
{
    struct timespec until;
    int r = 0;
    get_deadline(&until);
    pthread_mutex_lock(&slot->lock);
    while (is_anothers(slot, session) && r == 0)
        r = pthread_cond_timedwait(&slot->changed, &slot->lock, &until);
    atomic_store(&slot->alone, session);
    r = 0;
    while (atomic_load(&slot->calls) > 1 && r == 0)
        r = pthread_cond_timedwait(&slot->changed, &slot->lock, &until);
    pthread_mutex_unlock(&slot->lock);
}

void
pf_slot_end_alone(PfSlot *slot, CK_SESSION_HANDLE session)
{
    if (atomic_load(&slot->alone) != session)
        return;
    pthread_mutex_lock(&slot->lock);
    if (atomic_load(&slot->alone) == session)
        atomic_store(&slot->alone, 0);
    pthread_cond_broadcast(&slot->changed);
    pthread_mutex_unlock(&slot->lock);
}
