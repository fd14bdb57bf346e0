/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfWindow: the span in which a backend is really logged in because a private operation runs. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <p11-kit/pkcs11.h>

#include "agent-link.h"

typedef enum {
    PF_WINDOW_CLOSED,
    PF_WINDOW_BUSY, /* one thread is logging in or out */
    PF_WINDOW_OPEN,
} PfWindowState;

typedef struct PfDomain PfDomain;

/* Part of a slot; its lock guards it. */
typedef struct {
    PfWindowState state;
    atomic_bool is_up; /* state is not PF_WINDOW_CLOSED: to be asked without the lock */
    unsigned users;
    PfDomain *owner;         /* whose PIN opened it; NULL: closed */
    _Atomic uint32_t *shown; /* where the agent sees it (state-page.h); NULL: it does not */
    bool is_foreign;         /* the backend was logged in already: not ours to log out */
    bool is_stuck;           /* a logout failed: to be tried again before anything else */
    unsigned openings;       /* counts windows and logins that began */
    _Atomic uint64_t glance; /* openings << 1 | (not closed, or stuck): without the lock */
    _Atomic uint64_t epoch;  /* counts backend logouts: private handles die with each */
    uint64_t linger_until;   /* CLOCK_MONOTONIC ms, with no user left; 0: does not linger */
} PfWindow;

typedef struct PfModule PfModule;
typedef struct PfSlot PfSlot;
typedef struct PfCall PfCall;

/* How many backend logouts there were: backend handles of private objects are good in one epoch. */
uint64_t pf_window_get_epoch(const PfSlot *slot);

/* Is the backend logged out as far as windows go? RET_OPENINGS tells one moment from another:
 * between two of the same number, both closed, it was so all the time. No lock. */
bool pf_window_is_closed(const PfSlot *slot, uint64_t *ret_openings);

/* May the backend be logged in by a window now? No lock. */
bool pf_window_is_up(PfSlot *slot);

/* Joins or opens the slot's window for a session whose domain is logged in. A window of another
 * domain is joined only by one that has a PIN itself, not by one that is asleep. USE is what a
 * dialog, if one is needed, and the history say. Anything but CKR_OK: no window. */
CK_RV pf_window_acquire(PfCall *call, const PfUse *use);

/* The caller, whose slot it is, is about to log the backend in by its domain's PIN: from now until
 * the window is closed, or the attempt over, the agent can see it. */
void pf_window_show(PfCall *call);

/* Joins the slot's window if one is open, and says so; opens none. */
bool pf_window_join(PfCall *call);

/* As pf_window_acquire(), by a PIN that a person has just given; CKR_PIN_INCORRECT: ask again.
 * WAKES: it is the domain's from now on, or, if the agent does not keep it, the login is the
 * host's. RET_JOINED: a window was open, and LEASE is still the caller's; else it is ended. */
CK_RV pf_window_acquire_by_lease(PfCall *call, PfLease *lease, bool wakes, bool *ret_joined);

/* Has the window that is open more users than COUNT? */
bool pf_window_has_more_users(PfSlot *slot, unsigned count);

/* Is the login in which the caller's window is open another's, who can end it at any time? */
bool pf_window_is_foreign(PfSlot *slot);

/* One more user of the window that the caller has open. */
void pf_window_share(PfCall *call);

/* The last to let go closes it: the backend is logged out when this returns, unless it lingers. */
void pf_window_release(PfCall *call);

/* Takes the slot for a login: waits until no window is open, at most 2 s (CKR_FUNCTION_FAILED).
 * CKR_USER_ALREADY_LOGGED_IN: another thread has logged the session's domain in meanwhile.
 * CKR_SESSION_HANDLE_INVALID: the session's ID was closed meanwhile. */
CK_RV pf_window_begin_login(PfCall *call);

/* Gives it back. HAS_LOGIN: a backend login was made in it, and ends now. */
void pf_window_end_login(PfCall *call, bool has_login);

/* Closes a window that lingers past NOW (ms; UINT64_MAX: all). Returns when the next one is due,
 * 0 when none is. For the linger thread. */
uint64_t pf_window_close_lingering(PfModule *module, PfSlot *slot, uint64_t now);

/* CLOCK_MONOTONIC in milliseconds. */
uint64_t pf_window_now(void);
