/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfOperation: windows follow the operations of sessions. */
#include "operation.h"

#include "object.h"
#include "window.h"

/* Lets go of the operation's window if no call is in the backend; else that call does. */
static void
drop(PfCall *call, PfOperation *operation)
{
    pthread_mutex_lock(&call->slot->lock);
    bool held = operation->holds_window;
    if (held && operation->calls > 0)
        operation->is_dropped = true;
    else
        operation->holds_window = false;
    bool release_now = held && operation->calls == 0;
    pthread_mutex_unlock(&call->slot->lock);
    if (release_now)
        pf_window_release(call);
}

static void
keep_window(PfCall *call, PfOperation *operation)
{
    pthread_mutex_lock(&call->slot->lock);
    bool had_one = operation->holds_window;
    operation->holds_window = true;
    operation->is_dropped = false;
    pthread_mutex_unlock(&call->slot->lock);
    if (had_one)
        pf_window_release(call); /* of an operation that the backend ended without saying so */
}

static CK_RV
init_in_window(PfCall *call, PfOperation *operation, PfInitFunction init, CK_MECHANISM *mechanism,
               PfObject *key)
{
    CK_OBJECT_HANDLE real;
    CK_RV rv = pf_window_acquire(call, pf_object_get_label(key));
    if (rv != CKR_OK)
        return rv;
    rv = pf_object_get_real(call, key, &real);
    if (rv == CKR_OBJECT_HANDLE_INVALID)
        rv = CKR_KEY_HANDLE_INVALID;
    if (rv == CKR_OK) {
        pf_backend_enter(call->backend);
        rv = pf_backend_leave(call->backend, init(call->real, mechanism, real));
    }
    if (rv == CKR_OK)
        keep_window(call, operation);
    else
        pf_window_release(call);
    return rv;
}

CK_RV
pf_operation_init(PfCall *call, PfOperationKind kind, PfInitFunction init, CK_MECHANISM *mechanism,
                  CK_OBJECT_HANDLE key)
{
    PfOperation *operation = &call->session->operations[kind];
    PfObject *object = NULL;
    /* Of a handle that names nothing the backend says in its own words that it does not. */
    if (pf_object_acquire(call, key, &object) != CKR_OK) {
        pf_backend_enter(call->backend);
        return pf_backend_leave(call->backend, init(call->real, mechanism, CK_INVALID_HANDLE));
    }
    CK_RV rv;
    bool is_virtual =
        pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER;
    if (pf_object_is_private(object) && is_virtual) {
        rv = init_in_window(call, operation, init, mechanism, object);
    } else {
        CK_OBJECT_HANDLE real;
        rv = pf_object_get_real(call, object, &real);
        if (rv == CKR_OK) {
            pf_backend_enter(call->backend);
            rv = pf_backend_leave(call->backend, init(call->real, mechanism, real));
        }
        if (rv == CKR_USER_NOT_LOGGED_IN && is_virtual)
            rv = init_in_window(call, operation, init, mechanism, object);
    }
    pf_object_release(call->module, object);
    return rv;
}

void
pf_operation_enter(PfCall *call, PfOperationKind kind)
{
    pthread_mutex_lock(&call->slot->lock);
    call->session->operations[kind].calls++;
    pthread_mutex_unlock(&call->slot->lock);
}

CK_RV
pf_operation_leave(PfCall *call, PfOperationKind kind, CK_RV rv, bool is_last, bool is_query)
{
    PfOperation *operation = &call->session->operations[kind];
    bool goes_on = rv == CKR_BUFFER_TOO_SMALL || (rv == CKR_OK && (!is_last || is_query));
    pthread_mutex_lock(&call->slot->lock);
    operation->calls--;
    bool ends = (!goes_on || operation->is_dropped) && operation->calls == 0;
    bool release_now = ends && operation->holds_window;
    if (ends) {
        operation->holds_window = false;
        operation->is_dropped = false;
    }
    pthread_mutex_unlock(&call->slot->lock);
    if (release_now)
        pf_window_release(call);
    return rv;
}

void
pf_operation_drop_all(PfCall *call)
{
    for (int i = 0; i < PF_OPERATION_COUNT; i++)
        drop(call, &call->session->operations[i]);
}
