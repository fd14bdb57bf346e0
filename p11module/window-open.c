/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How a window is opened or joined, and how a login takes the slot. */
#include <time.h>

#include "login.h"
#include "presentation.h"
#include "slot.h"
#include "snapshot.h"
#include "window-parts.h"

/* How long a login waits for this process's windows; they are in nobody's way longer than an
 * operation lasts, but an operation can be left open for ever. */
#define LOGIN_WAIT_MS 2000u
/* How long one thread lets another go first before it asks again. */
#define GIVE_WAY_MS 50u

static void
get_deadline(struct timespec *until, uint64_t at_ms)
{
    until->tv_sec = (time_t)(at_ms / 1000);
    until->tv_nsec = (long)(at_ms % 1000) * 1000000;
}

/* The end of an attempt to open; with a window on CKR_OK. State is BUSY and this thread's. */
static void
finish_opening(PfCall *call, CK_RV rv, bool is_foreign)
{
    PfWindow *window = &call->slot->window;
    pthread_mutex_lock(&call->slot->lock);
    /* A login that was never ended is ours to end. */
    window->is_foreign = is_foreign && !window->is_stuck;
    if (rv == CKR_OK) {
        window->users++;
        window->owner = call->session->domain;
    }
    /* A login of our own began logged out, even if a foreign one was never seen to end. */
    if (rv == CKR_OK && !is_foreign)
        window->epoch++;
    pf_window_set_state(call->slot, rv == CKR_OK ? PF_WINDOW_OPEN : PF_WINDOW_CLOSED);
    pthread_mutex_unlock(&call->slot->lock);
    if (rv == CKR_OK)
        pf_snapshot_refresh(call);
}

typedef enum {
    JOIN_DONE,    /* one more user of an open window */
    JOIN_TAKEN,   /* the slot is the caller's, to open one */
    JOIN_WAITS,   /* another thread is logging in or out */
    JOIN_REFUSED, /* the window is another domain's, whose PIN is not ours to use */
} JoinResult;

/* HAS_PIN: the caller's domain has one, so that whose PIN it was makes no difference. Slot lock
 * held. */
static JoinResult
join_or_take(PfSlot *slot, const PfDomain *domain, bool has_pin)
{
    PfWindow *window = &slot->window;
    switch (window->state) {
    case PF_WINDOW_BUSY:
        return JOIN_WAITS;
    case PF_WINDOW_CLOSED:
        pf_window_set_state(slot, PF_WINDOW_BUSY);
        return JOIN_TAKEN;
    default:
        if (window->owner != domain && !has_pin)
            return JOIN_REFUSED;
        window->users++;
        window->linger_until = 0;
        return JOIN_DONE;
    }
}

bool
pf_window_join(PfCall *call)
{
    PfSlot *slot = call->slot;
    if (!pf_window_is_up(slot))
        return false;
    pf_login_settle(call);
    bool has_pin = pf_login_is_standing(call);
    pthread_mutex_lock(&slot->lock);
    bool has_joined = slot->window.state == PF_WINDOW_OPEN &&
                      join_or_take(slot, call->session->domain, has_pin) == JOIN_DONE;
    pthread_mutex_unlock(&slot->lock);
    return has_joined;
}

/* Lets the thread that has the PIN take the slot, which the caller has just given back after SEEN
 * openings. That thread may be another copy of the module, of which nothing is seen here. */
static void
give_way(PfSlot *slot, unsigned seen)
{
    struct timespec until;
    int r = 0;
    get_deadline(&until, pf_window_now() + GIVE_WAY_MS);
    pthread_mutex_lock(&slot->lock);
    while (slot->window.state == PF_WINDOW_CLOSED && slot->window.openings == seen && r == 0)
        r = pthread_cond_timedwait(&slot->changed, &slot->lock, &until);
    pthread_mutex_unlock(&slot->lock);
}

/* Opens the window, or joins one, by the PIN that is cached; RET_LACK: why there is none. */
static CK_RV
acquire_by_cached(PfCall *call, const PfUse *use, PfPinLack *ret_lack)
{
    PfSlot *slot = call->slot;
    PfDomain *domain = call->session->domain;
    bool is_foreign = false;
    JoinResult result;
    bool has_pin = pf_login_is_standing(call);
    pthread_mutex_lock(&slot->lock);
    while ((result = join_or_take(slot, domain, has_pin)) == JOIN_WAITS)
        pthread_cond_wait(&slot->changed, &slot->lock);
    pthread_mutex_unlock(&slot->lock);
    if (result == JOIN_DONE) {
        pf_login_note_use(call, use);
        return CKR_OK;
    }
    if (result == JOIN_REFUSED) {
        *ret_lack = PF_PIN_LACK_ASLEEP;
        return CKR_USER_NOT_LOGGED_IN;
    }
    pf_window_unstick(slot, call->real);
    unsigned seen = slot->window.openings; /* they are counted by who has the slot */
    CK_RV rv = pf_login_for_window(call, use, &is_foreign, ret_lack);
    finish_opening(call, rv, is_foreign);
    if (*ret_lack == PF_PIN_LACK_TURN)
        give_way(slot, seen);
    return rv;
}

CK_RV
pf_window_acquire(PfCall *call, const PfUse *use)
{
    uint64_t until = pf_window_now() + LOGIN_WAIT_MS;
    PfPinLack lack;
    CK_RV rv;
    do {
        pf_login_settle(call);
        if (pf_domain_get_standing(call->module, call->session->domain, NULL) != PF_STANDING_USER)
            return CKR_USER_NOT_LOGGED_IN; /* any more */
        lack = PF_PIN_LACK_LOGIN;
        rv = acquire_by_cached(call, use, &lack);
    } while (lack == PF_PIN_LACK_TURN && pf_window_now() < until);
    /* Nothing is held while a person is asked. */
    return lack == PF_PIN_LACK_ASLEEP ? pf_login_wake(call, use) : rv;
}

/* Joins or takes within the time that an operation may take. A window that lingers is in nobody's
 * way. */
static JoinResult
join_or_take_soon(PfCall *call, bool has_pin)
{
    PfSlot *slot = call->slot;
    struct timespec until;
    JoinResult result;
    int r = 0;
    get_deadline(&until, pf_window_now() + LOGIN_WAIT_MS);
    pthread_mutex_lock(&slot->lock);
    for (;;) {
        result = join_or_take(slot, call->session->domain, has_pin);
        if (result == JOIN_DONE || result == JOIN_TAKEN || r != 0)
            break;
        if (pf_window_lingers(&slot->window)) {
            pthread_mutex_unlock(&slot->lock);
            pf_window_close_lingering(call->module, slot, UINT64_MAX);
            pthread_mutex_lock(&slot->lock);
        } else {
            r = pthread_cond_timedwait(&slot->changed, &slot->lock, &until);
        }
    }
    pthread_mutex_unlock(&slot->lock);
    return result;
}

CK_RV
pf_window_acquire_by_lease(PfCall *call, PfLease *lease, bool wakes, bool *ret_joined)
{
    PfSlot *slot = call->slot;
    bool is_cached = false;
    *ret_joined = false;
    if (pf_session_is_ended(call)) { /* while the person was asked */
        pf_presentation_drop_lease(call, lease);
        return CKR_SESSION_HANDLE_INVALID;
    }
    pf_login_settle(call);
    JoinResult result = join_or_take_soon(call, pf_login_is_standing(call));
    *ret_joined = result == JOIN_DONE;
    if (result == JOIN_DONE)
        return CKR_OK;
    if (result != JOIN_TAKEN) {
        pf_presentation_drop_lease(call, lease);
        return CKR_FUNCTION_FAILED;
    }
    pf_window_unstick(slot, call->real);
    CK_RV rv = pf_presentation_of_lease(call, CKU_USER, lease, &is_cached, NULL);
    bool is_kept = rv == CKR_OK && wakes && !is_cached;
    bool is_foreign = is_kept || rv == CKR_USER_ALREADY_LOGGED_IN;
    if (is_kept) /* caching was switched off meanwhile */
        pf_slot_set_user_login(slot);
    finish_opening(call, is_foreign ? CKR_OK : rv, is_foreign);
    return is_foreign ? CKR_OK : rv;
}

CK_RV
pf_window_begin_login(PfCall *call)
{
    PfSlot *slot = call->slot;
    struct timespec until;
    uint64_t seen;
    int r = 0;
    bool is_mine = false;
    bool was_public = !pf_login_is_standing(call);
    get_deadline(&until, pf_window_now() + LOGIN_WAIT_MS);
    while (!is_mine && r == 0) {
        pf_window_close_lingering(call->module, slot, UINT64_MAX);
        pf_window_is_closed(slot, &seen);
        /* Another thread's login was faster, and its window may stay. */
        if (was_public && pf_login_is_standing(call))
            return CKR_USER_ALREADY_LOGGED_IN;
        pthread_mutex_lock(&slot->lock);
        if (slot->window.state != PF_WINDOW_CLOSED && !pf_window_lingers(&slot->window) &&
            slot->window.openings == seen)
            r = pthread_cond_timedwait(&slot->changed, &slot->lock, &until);
        is_mine = slot->window.state == PF_WINDOW_CLOSED;
        if (is_mine)
            pf_window_set_state(slot, PF_WINDOW_BUSY);
        pthread_mutex_unlock(&slot->lock);
    }
    if (!is_mine)
        return CKR_FUNCTION_FAILED;
    pf_window_show(call);
    if (pf_session_is_ended(call)) {
        pf_window_end_login(call, false);
        return CKR_SESSION_HANDLE_INVALID;
    }
    pf_window_unstick(slot, call->real);
    return CKR_OK;
}
