/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfWindow: one PIN lease and one backend login for all that use the token at the same time. */
#include "window.h"

#include <time.h>

#include "linger.h"
#include "session.h"
#include "slot.h"
#include "window-parts.h"

uint64_t
pf_window_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t
pf_window_get_epoch(const PfSlot *slot)
{
    return atomic_load_explicit(&slot->window.epoch, memory_order_acquire);
}

bool
pf_window_is_up(PfSlot *slot)
{
    return atomic_load_explicit(&slot->window.is_up, memory_order_relaxed);
}

bool
pf_window_is_closed(const PfSlot *slot, uint64_t *ret_openings)
{
    uint64_t glance = atomic_load(&slot->window.glance);
    *ret_openings = glance >> 1;
    return (glance & 1) == 0;
}

/* Slot lock held. */
static void
update_glance(PfWindow *window)
{
    bool is_closed = window->state == PF_WINDOW_CLOSED && !window->is_stuck;
    atomic_store(&window->glance, (uint64_t)window->openings << 1 | (is_closed ? 0 : 1));
}

void
pf_window_set_state(PfSlot *slot, PfWindowState state)
{
    slot->window.state = state;
    atomic_store(&slot->window.is_up, state != PF_WINDOW_CLOSED);
    if (state == PF_WINDOW_BUSY)
        slot->window.openings++;
    update_glance(&slot->window);
    if (state == PF_WINDOW_CLOSED && slot->window.shown != NULL) {
        atomic_fetch_sub(slot->window.shown, 1);
        slot->window.shown = NULL;
    }
    pthread_cond_broadcast(&slot->changed);
}

void
pf_window_show(PfCall *call)
{
    PfPlace place = pf_domain_get_place(call->session->domain);
    PfAgentLink *link = call->module->link;
    pthread_mutex_lock(&call->slot->lock);
    if (link != NULL && call->slot->window.shown == NULL) {
        call->slot->window.shown = pf_agent_link_get_windows(link, place.epoch, place.entry);
        if (call->slot->window.shown != NULL)
            atomic_fetch_add(call->slot->window.shown, 1);
    }
    pthread_mutex_unlock(&call->slot->lock);
}

/* Logs the backend out. The session may be gone already: then another one does it, if there can be
 * one now. Returns whether it is logged out now. */
static bool
log_out(PfSlot *slot, CK_SESSION_HANDLE real)
{
    CK_SESSION_HANDLE other;
    CK_RV rv = PF_BACKEND_CALL(slot->backend, C_Logout, real);
    if (rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED) {
        rv = PF_BACKEND_CALL(slot->backend, C_OpenSession, slot->real, CKF_SERIAL_SESSION, NULL,
                             NULL, &other);
        if (rv == CKR_OK) {
            rv = PF_BACKEND_CALL(slot->backend, C_Logout, other);
            PF_BACKEND_CALL(slot->backend, C_CloseSession, other);
        }
    }
    return rv == CKR_OK || rv == CKR_USER_NOT_LOGGED_IN || rv == CKR_DEVICE_REMOVED ||
           rv == CKR_TOKEN_NOT_PRESENT;
}

void
pf_window_unstick(PfSlot *slot, CK_SESSION_HANDLE real)
{
    pthread_mutex_lock(&slot->lock);
    bool is_stuck = slot->window.is_stuck;
    pthread_mutex_unlock(&slot->lock);
    if (!is_stuck || !log_out(slot, real))
        return;
    pthread_mutex_lock(&slot->lock);
    slot->window.is_stuck = false;
    update_glance(&slot->window);
    pthread_mutex_unlock(&slot->lock);
}

/* State is BUSY and this thread's. */
static void
close_window(PfSlot *slot, CK_SESSION_HANDLE real, bool is_foreign)
{
    bool is_stuck = !is_foreign && !log_out(slot, real);
    pthread_mutex_lock(&slot->lock);
    slot->window.is_stuck = is_stuck;
    /* Somebody else's login goes on, and so do the handles that were got in it. */
    if (!is_foreign)
        slot->window.epoch++;
    slot->window.is_foreign = false;
    slot->window.owner = NULL;
    pf_window_set_state(slot, PF_WINDOW_CLOSED);
    pthread_mutex_unlock(&slot->lock);
}

bool
pf_window_has_more_users(PfSlot *slot, unsigned count)
{
    pthread_mutex_lock(&slot->lock);
    bool has_more = slot->window.users > count;
    pthread_mutex_unlock(&slot->lock);
    return has_more;
}

bool
pf_window_lingers(const PfWindow *window)
{
    return window->state == PF_WINDOW_OPEN && window->users == 0 && window->linger_until != 0;
}

bool
pf_window_is_foreign(PfSlot *slot)
{
    pthread_mutex_lock(&slot->lock);
    bool is_foreign = slot->window.state == PF_WINDOW_OPEN && slot->window.is_foreign;
    pthread_mutex_unlock(&slot->lock);
    return is_foreign;
}

void
pf_window_share(PfCall *call)
{
    pthread_mutex_lock(&call->slot->lock);
    call->slot->window.users++;
    pthread_mutex_unlock(&call->slot->lock);
}

void
pf_window_release(PfCall *call)
{
    PfSlot *slot = call->slot;
    uint32_t delay = pf_linger_get_delay(call->module);
    pthread_mutex_lock(&slot->lock);
    bool is_last = --slot->window.users == 0;
    bool is_foreign = slot->window.is_foreign;
    if (is_last && delay > 0) {
        slot->window.linger_until = pf_window_now() + delay;
        pthread_cond_broadcast(&slot->changed); /* who waits for its end need not any more */
    } else if (is_last) {
        slot->window.state = PF_WINDOW_BUSY;
    }
    pthread_mutex_unlock(&slot->lock);
    if (is_last && delay > 0 && pf_linger_begin(call->module))
        return;
    if (is_last && delay > 0) {
        pthread_mutex_lock(&slot->lock);
        is_last = slot->window.state == PF_WINDOW_OPEN && slot->window.users == 0;
        if (is_last)
            slot->window.state = PF_WINDOW_BUSY;
        slot->window.linger_until = 0;
        pthread_mutex_unlock(&slot->lock);
    }
    if (is_last)
        close_window(slot, call->real, is_foreign);
}

void
pf_window_end_login(PfCall *call, bool has_login)
{
    if (has_login) {
        close_window(call->slot, call->real, false);
        return;
    }
    pthread_mutex_lock(&call->slot->lock);
    pf_window_set_state(call->slot, PF_WINDOW_CLOSED);
    pthread_mutex_unlock(&call->slot->lock);
}

uint64_t
pf_window_close_lingering(PfModule *module, PfSlot *slot, uint64_t now)
{
    CK_SESSION_HANDLE other;
    pthread_mutex_lock(&slot->lock);
    uint64_t until = slot->window.linger_until;
    bool is_due = pf_window_lingers(&slot->window) && until <= now;
    bool is_foreign = slot->window.is_foreign;
    if (is_due) {
        slot->window.state = PF_WINDOW_BUSY;
        slot->window.linger_until = 0;
    }
    pthread_mutex_unlock(&slot->lock);
    if (!is_due)
        return until;
    /* The session that opened it may be closed; an invalid handle makes log_out() take another. */
    other = CK_INVALID_HANDLE;
    close_window(slot, other, is_foreign);
    return 0;
}
