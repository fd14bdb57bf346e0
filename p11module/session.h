/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSession: a session handle of Pinfold's own, its backend session, and what is going on in it. */
#pragma once

#include <uthash.h>

#include "module.h"
#include "operation.h"
#include "slot.h"

typedef enum {
    PF_SEARCH_NONE,
    PF_SEARCH_BUSY, /* one thread is beginning or ending it, and what it found is that thread's */
    PF_SEARCH_ACTIVE,
} PfSearchState;

typedef struct PfFoundObject PfFoundObject;

/* The result of a search, taken at C_FindObjectsInit and handed out by C_FindObjects. */
typedef struct {
    _Atomic PfSearchState state;
    atomic_bool is_open_in_backend; /* its C_FindObjectsFinal is due with ours */
    PfFoundObject *found;           /* this and what follows: slot lock, while it is active */
    size_t count;
    size_t next;
    _Atomic uint64_t mark; /* the virtual login that it was begun in; 0: none */
} PfSearch;

/* What a person gave before an operation began, for the login to come (context-login.h). */
typedef struct {
    PfSecret *pin;
    bool is_cached;  /* the PIN was not typed for this: consent was given to its use */
    PfTokenId token; /* what it is for */
    PfLease lease; /* with an ID: not presented yet, else the token has accepted the PIN already */
} PfContextPin;

struct PfSession {
    UT_hash_handle hh; /* here and not at the end: each call reads it, and what follows */
    CK_SESSION_HANDLE handle;
    _Atomic CK_SESSION_HANDLE
        real;                     /* another one after a reset that has cost the backend its own */
    _Atomic uint16_t seen_resets; /* of the domain's page: those after which REAL was good */
    bool is_being_taken_up;       /* by one thread; the others wait for it. Slot lock */
    atomic_bool has_void_operation; /* to be asked without the lock */
    bool is_ended;                  /* with its ID: the last call lets go of it */
    bool is_closed_in_use;          /* other calls were in it: so does the last of them */
    atomic_bool is_counted;         /* in its domain */
    atomic_uint references;         /* taken under the module's lock, given back without */
    PfSlot *slot;
    PfDomain *domain;
    uint64_t era; /* of the domain, when it was opened */
    CK_FLAGS flags;
    void *application;
    CK_NOTIFY notify;
    PfOperation operations[PF_OPERATION_COUNT]; /* slot lock */
    PfSearch search;
    PfContextPin context_pin; /* slot lock */
};

/* One PKCS#11 call on a session: everything that it needs, from begin to end. */
struct PfCall {
    PfModule *module;
    PfSession *session;
    PfSlot *slot;
    PfBackend *backend;
    CK_SESSION_HANDLE real;
};

/* Enters the module and holds the session. CKR_OK is always followed by pf_call_end(); otherwise
 * the error is the C_ function's answer. */
CK_RV pf_call_begin(PfCall *call, CK_SESSION_HANDLE handle);

/* Lets go, learns from RV whether the token is gone, and returns RV. */
CK_RV pf_call_end(PfCall *call, CK_RV rv);

/* A session that its backend called invalid counts no more. Some take it again, and after a reset
 * another one stands for it: with a login it counts. */
void pf_session_count_again(PfCall *call);

/* Opens a backend session and gives it a handle (PKCS#11 2.40, 5.6). */
CK_RV pf_session_open(PfModule *module, PfSlot *slot, CK_FLAGS flags, void *application,
                      CK_NOTIFY notify, CK_SESSION_HANDLE *ret_handle);

/* Ends what is going on in the session and closes it. The call is ended by it. */
CK_RV pf_session_close(PfCall *call);

/* Has the agent reset the card since the session was last known to be good? Two loads. */
static inline bool
pf_session_may_be_lost(const PfSession *session)
{
    const PfStateEntry *page = atomic_load_explicit(&session->domain->page, memory_order_acquire);
    return page != NULL && atomic_load_explicit(&page->resets, memory_order_acquire) !=
                               atomic_load_explicit(&session->seen_resets, memory_order_acquire);
}

/* The same without a window: is the backend's session lost by the reset, it is opened again, and
 * the host does not learn of it (DESIGN 6); other threads that come meanwhile wait for that. While
 * a window is open nothing is done: some backends look at the card when they are asked then, and
 * close what is still good. */
void pf_session_take_up(PfCall *call);

/* Closes the sessions of a slot, or all when SLOT is NULL. */
void pf_session_close_all(PfModule *module, PfSlot *slot);

/* Frees them without a word to the backend: for a module that is unloaded. */
void pf_session_free_all(PfModule *module);

/* Has the session's ID been closed since the call began (DESIGN 5)? */
bool pf_session_is_ended(const PfCall *call);

/* Closes the sessions of a domain that were opened before its present era. One that another thread
 * is using is let go of at the end of that call. */
void pf_session_end_closed(PfModule *module, PfDomain *domain);

/* Calls VISIT for each session of the slot, which is held meanwhile. No lock is held. */
void pf_session_visit(PfModule *module, PfSlot *slot, void (*visit)(PfCall *call, void *data),
                      void *data);
