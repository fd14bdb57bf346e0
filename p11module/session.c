/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSession: the table of sessions, and the frame of every call on one. */
#include "session.h"

#include <stdlib.h>

#include "login.h"
#include "object.h"
#include "window.h"

static void
session_free(PfSession *session)
{
    free(session->search.handles);
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

CK_RV
pf_call_begin(PfCall *call, CK_SESSION_HANDLE handle)
{
    PfModule *module = pf_module_enter();
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    PfSession *session;
    pthread_mutex_lock(&module->lock);
    HASH_FIND(hh, module->sessions, &handle, sizeof handle, session);
    if (session != NULL)
        session->references++;
    pthread_mutex_unlock(&module->lock);
    if (session == NULL) {
        pf_module_leave();
        return CKR_SESSION_HANDLE_INVALID;
    }
    fill_call(call, module, session);
    pf_slot_enter(session->slot, handle);
    if (pf_window_is_up(session->slot))
        pf_login_settle(call);
    return CKR_OK;
}

static void
release(PfModule *module, PfSession *session)
{
    pthread_mutex_lock(&module->lock);
    bool is_last = --session->references == 0;
    pthread_mutex_unlock(&module->lock);
    if (is_last)
        session_free(session);
}

/* Takes the session out of its domain's count, once. */
static void
uncount(PfModule *module, PfSession *session)
{
    pthread_mutex_lock(&module->lock);
    bool was_counted = session->is_counted;
    session->is_counted = false;
    pthread_mutex_unlock(&module->lock);
    if (was_counted)
        pf_domain_session_closed(module, session->domain);
}

/* The end of a call but for leaving the module. */
static CK_RV
settle(PfCall *call, CK_RV rv)
{
    switch (rv) {
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
        pf_slot_forget_token(call->module, call->slot);
        uncount(call->module, call->session);
        break;
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
        /* Dead in the backend; the host closes it or not. */
        uncount(call->module, call->session);
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
    pf_slot_leave(call->slot);
    settle(call, rv);
    pf_module_leave();
    return rv;
}

/* Passes a backend's notification on with the handle that the host knows. */
static CK_RV
on_backend_notification(CK_SESSION_HANDLE real, CK_NOTIFICATION event, void *application)
{
    const PfSession *session = application;
    return session->notify(session->handle, event, session->application);
}

CK_RV
pf_session_open(PfModule *module, PfSlot *slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
                CK_SESSION_HANDLE *ret_handle)
{
    CK_TOKEN_INFO info;
    PfSession *session = calloc(1, sizeof *session);
    PfDomain *domain = pf_domain_of_host(module, slot);
    if (session == NULL || domain == NULL) {
        free(session);
        return CKR_HOST_MEMORY;
    }
    session->slot = slot;
    session->domain = domain;
    session->flags = flags;
    session->application = application;
    session->notify = notify;
    session->references = 1; /* the table's */
    session->is_counted = true;
    CK_RV rv = PF_BACKEND_CALL(slot->backend, C_OpenSession, slot->real, flags,
                               notify != NULL ? session : NULL,
                               notify != NULL ? on_backend_notification : NULL, &session->real);
    if (rv != CKR_OK) {
        session_free(session);
        return rv;
    }
    if (!pf_slot_is_settled(slot))
        pf_slot_look(slot, &info);
    pf_domain_session_opened(module, domain);
    pthread_mutex_lock(&module->lock);
    session->handle = module->next_session++;
    *ret_handle = session->handle;
    HASH_ADD(hh, module->sessions, handle, sizeof session->handle, session);
    pthread_mutex_unlock(&module->lock);
    return CKR_OK;
}

/* Takes the session out of the table. Returns false when another thread did. */
static bool
unlist(PfModule *module, PfSession *session)
{
    PfSession *found;
    pthread_mutex_lock(&module->lock);
    HASH_FIND(hh, module->sessions, &session->handle, sizeof session->handle, found);
    if (found == session) {
        HASH_DEL(module->sessions, session);
        session->references--; /* the table's; the call holds another */
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
    /* Windows are closed by a session that lives: before the backend's is gone. */
    pf_operation_drop_all(call);
    pf_object_forget_session(call);
    CK_RV rv = PF_BACKEND_CALL(call->backend, C_CloseSession, call->real);
    uncount(call->module, session);
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
        HASH_DEL(module->sessions, session);
        pf_secret_clear(&session->context_pin.pin);
        session_free(session);
    }
}

bool
pf_session_has_read_only(PfModule *module, const PfSlot *slot)
{
    bool has_one = false;
    PfSession *session;
    PfSession *next;
    pthread_mutex_lock(&module->lock);
    HASH_ITER (hh, module->sessions, session, next) {
        has_one = has_one || (session->slot == slot && (session->flags & CKF_RW_SESSION) == 0);
    }
    pthread_mutex_unlock(&module->lock);
    return has_one;
}
