/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSession: the table of sessions, and the frame of every call on one. */
#include "session.h"

#include <stdlib.h>

#include "login.h"
#include "object.h"
#include "session-parts.h"
#include "window.h"

void
pf_session_free(PfSession *session)
{
    free(session->search.found);
    free(session);
}

static void
fill_call(PfCall *call, PfModule *module, PfSession *session)
{
    call->module = module;
    call->session = session;
    call->slot = session->slot;
    call->backend = session->slot->backend;
    call->real = session->real;
}

/* Ends the session in the backend, and first what it has: windows are closed by a session that
 * lives. With its last one a backend is logged out, and a window that lingers is none any more. */
static CK_RV
close_real(PfCall *call)
{
    pf_operation_drop_all(call);
    pf_object_forget_session(call);
    /* Those that other threads are closing are counted still. */
    unsigned closing = atomic_fetch_add(&call->slot->closing, 1) + 1;
    if (atomic_load(&call->slot->sessions) <= closing && pf_window_is_up(call->slot))
        pf_window_close_lingering(call->module, call->slot, UINT64_MAX);
    return PF_BACKEND_CALL(call->backend, C_CloseSession, call->real);
}

/* The session that close_real() has ended is out of the slot's count. */
static void
note_closed(PfSlot *slot)
{
    atomic_fetch_sub(&slot->closing, 1);
}

/* Lets go of what a session still has whose ID was closed. Nobody uses it any more. */
static void
let_go(PfModule *module, PfSession *session)
{
    PfCall call;
    fill_call(&call, module, session);
    close_real(&call);
    note_closed(call.slot);
}

/* One thread has closed the session while another one was beginning something in it, which nobody
 * else would end: the window would stay open, the token the session's alone, what a person gave in
 * memory. */
static void
drop_late(PfModule *module, PfSession *session)
{
    PfCall call;
    fill_call(&call, module, session);
    call.real = CK_INVALID_HANDLE; /* the backend's may be another session by now */
    pf_operation_drop_all(&call);
    pf_object_forget_session(&call);
    if (atomic_load(&call.slot->sessions) <= atomic_load(&call.slot->closing) &&
        pf_window_is_up(call.slot))
        pf_window_close_lingering(module, call.slot, UINT64_MAX);
}

static void
release(PfModule *module, PfSession *session)
{
    if (atomic_fetch_sub(&session->references, 1) > 1)
        return;
    if (session->is_ended)
        let_go(module, session);
    else if (session->is_closed_in_use)
        drop_late(module, session);
    pf_session_free(session);
}

/* The ID may have been closed: looks, and closes what was opened before, this session included. */
static CK_RV
check_era(PfCall *call)
{
    PfSession *session = call->session;
    uint64_t era = pf_domain_note_closings(session->domain);
    if (era == session->era)
        return CKR_OK;
    pf_session_end_closed(call->module, session->domain);
    return CKR_SESSION_HANDLE_INVALID;
}

/* Module lock held. */
static PfSession *
find_session(PfModule *module, CK_SESSION_HANDLE handle)
{
    PfSession *session = module->last_session;
    if (session != NULL && session->handle == handle)
        return session;
    HASH_FIND(hh, module->sessions, &handle, sizeof handle, session);
    if (session != NULL)
        module->last_session = session;
    return session;
}

/* Module lock held. */
static void
take_out(PfModule *module, PfSession *session)
{
    HASH_DEL(module->sessions, session);
    if (module->last_session == session)
        module->last_session = NULL;
}

CK_RV
pf_call_begin(PfCall *call, CK_SESSION_HANDLE handle)
{
    PfModule *module = pf_module_enter();
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    pthread_mutex_lock(&module->lock);
    PfSession *session = find_session(module, handle);
    if (session != NULL)
        session->references++;
    pthread_mutex_unlock(&module->lock);
    if (session == NULL) {
        pf_module_leave();
        return CKR_SESSION_HANDLE_INVALID;
    }
    fill_call(call, module, session);
    pf_slot_enter(session->slot, handle);
    CK_RV rv = CKR_OK;
    if (pf_domain_may_be_closed(session->domain, session->era))
        rv = check_era(call);
    if (rv != CKR_OK)
        return pf_call_end(call, rv);
    if (pf_session_may_be_lost(session))
        pf_session_take_up(call);
    call->real = session->real; /* looked up after: it may be another one now */
    if (pf_window_is_up(session->slot))
        pf_login_settle(call);
    if (atomic_load_explicit(&session->has_void_operation, memory_order_relaxed))
        pf_operation_end_void(call);
    return CKR_OK;
}

void
pf_session_uncount(PfModule *module, PfSession *session)
{
    if (atomic_exchange(&session->is_counted, false))
        pf_domain_session_closed(module, session->domain, (session->flags & CKF_RW_SESSION) == 0);
}

static bool
is_listed(PfModule *module, const PfSession *session)
{
    pthread_mutex_lock(&module->lock);
    bool is_found = find_session(module, session->handle) == session;
    pthread_mutex_unlock(&module->lock);
    return is_found;
}

void
pf_session_count_again(PfCall *call)
{
    PfSession *session = call->session;
    bool is_read_only = (session->flags & CKF_RW_SESSION) == 0;
    uint64_t era;
    if (atomic_load(&session->is_counted) || !is_listed(call->module, session))
        return;
    pf_domain_session_opened(call->module, session->domain, is_read_only, &era);
    if (atomic_exchange(&session->is_counted, true)) /* by another thread, too */
        pf_domain_session_closed(call->module, session->domain, is_read_only);
    /* Who has closed it meanwhile may have looked before. */
    if (!is_listed(call->module, session))
        pf_session_uncount(call->module, session);
}

/* The end of a call but for leaving the module. */
static CK_RV
settle(PfCall *call, CK_RV rv)
{
    switch (rv) {
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
        pf_slot_forget_token(call->module, call->slot);
        pf_session_uncount(call->module, call->session);
        break;
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
        /* Dead in the backend, where the host closes it or not, or closed with its ID. */
        pf_session_uncount(call->module, call->session);
        pf_session_end_closed(call->module, call->session->domain);
        break;
    default:
        break;
    }
    release(call->module, call->session);
    return rv;
}

CK_RV
pf_call_end(PfCall *call, CK_RV rv)
{
    settle(call, rv);
    pf_slot_leave(call->slot);
    pf_module_leave();
    return rv;
}

/* Takes one session of an earlier era out of the table; its place in it is the caller's reference.
 */
static PfSession *
unlist_closed(PfModule *module, const PfDomain *domain)
{
    PfSession *found = NULL;
    PfSession *session;
    PfSession *next;
    pthread_mutex_lock(&module->lock);
    uint64_t era = atomic_load(&domain->era);
    HASH_ITER (hh, module->sessions, session, next) {
        if (session->domain == domain && session->era != era) {
            found = session;
            break;
        }
    }
    if (found != NULL) {
        take_out(module, found);
        found->is_ended = true;
    }
    pthread_mutex_unlock(&module->lock);
    return found;
}

void
pf_session_end_closed(PfModule *module, PfDomain *domain)
{
    PfSession *session;
    uint64_t mark;
    while ((session = unlist_closed(module, domain)) != NULL) {
        PfCall call;
        fill_call(&call, module, session);
        pf_session_uncount(module, session);
        if (pf_domain_get_standing(module, domain, &mark) != PF_STANDING_REAL)
            pf_object_forget_login(&call, mark);
        release(module, session);
    }
}

/* Takes the session out of the table. Returns false when another thread did. */
static bool
unlist(PfModule *module, PfSession *session)
{
    pthread_mutex_lock(&module->lock);
    PfSession *found = find_session(module, session->handle);
    if (found == session) {
        take_out(module, session);
        /* The table's; the call holds another. */
        session->is_closed_in_use = atomic_fetch_sub(&session->references, 1) > 2;
    }
    pthread_mutex_unlock(&module->lock);
    return found == session;
}

static CK_RV
close_held(PfCall *call)
{
    PfSession *session = call->session;
    if (!unlist(call->module, session))
        return settle(call, CKR_SESSION_HANDLE_INVALID);
    CK_RV rv = close_real(call);
    pf_session_uncount(call->module, session);
    note_closed(call->slot);
    return settle(call, rv);
}

CK_RV
pf_session_close(PfCall *call)
{
    PfSlot *slot = call->slot;
    CK_RV rv = close_held(call);
    pf_slot_leave(slot);
    pf_module_leave();
    return rv;
}

/* Holds one session of the slot whose handle is above AFTER, the lowest. */
static bool
begin_next(PfCall *call, PfModule *module, const PfSlot *slot, CK_SESSION_HANDLE after)
{
    PfSession *found = NULL;
    PfSession *session;
    PfSession *next;
    pthread_mutex_lock(&module->lock);
    /* The table keeps the order in which handles were given: each is higher than those before. */
    HASH_ITER (hh, module->sessions, session, next) {
        if (session->handle > after && (slot == NULL || session->slot == slot)) {
            found = session;
            break;
        }
    }
    if (found != NULL)
        found->references++;
    pthread_mutex_unlock(&module->lock);
    if (found == NULL)
        return false;
    fill_call(call, module, found);
    return true;
}

void
pf_session_visit(PfModule *module, PfSlot *slot, void (*visit)(PfCall *call, void *data),
                 void *data)
{
    PfCall call;
    CK_SESSION_HANDLE after = 0;
    while (begin_next(&call, module, slot, after)) {
        after = call.session->handle;
        visit(&call, data);
        release(module, call.session);
    }
}

void
pf_session_close_all(PfModule *module, PfSlot *slot)
{
    PfCall call;
    while (begin_next(&call, module, slot, 0)) {
        close_held(&call);
    }
}

void
pf_session_free_all(PfModule *module)
{
    PfSession *session;
    PfSession *next;
    HASH_ITER (hh, module->sessions, session, next) {
        take_out(module, session);
        pf_secret_clear(&session->context_pin.pin);
        pf_session_free(session);
    }
}

bool
pf_session_is_ended(const PfCall *call)
{
    PfSession *session = call->session;
    return pf_domain_may_be_closed(session->domain, session->era) &&
           pf_domain_note_closings(session->domain) != session->era;
}
