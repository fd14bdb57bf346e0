/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfOperation: windows follow the operations of sessions. */
#include "operation.h"

#include <stdlib.h>

#include "context-login.h"
#include "window.h"

/* Under the slot's lock. Returns whether the operation's window is to be released now; while a call
 * is in the backend, that call does it. */
static bool
end(PfOperation *operation)
{
    if (operation->holds_window && operation->calls > 0) {
        operation->is_dropped = true;
        return false;
    }
    bool held = operation->holds_window;
    operation->holds_window = false;
    operation->init = NULL;
    return held;
}

/* Lets go of the windows of COUNT operations. */
static void
drop(PfCall *call, PfOperation *operations, int count)
{
    unsigned windows = 0;
    pthread_mutex_lock(&call->slot->lock);
    for (int i = 0; i < count; i++)
        windows += end(&operations[i]) ? 1 : 0;
    pthread_mutex_unlock(&call->slot->lock);
    while (windows-- > 0)
        pf_window_release(call);
}

/* The login that the caller's window is open in; 0 when it has ended already. */
static uint64_t
get_mark(PfCall *call)
{
    uint64_t mark;
    pf_domain_get_standing(call->module, call->session->domain, &mark);
    return mark;
}

/* The window that the caller has open is the operation's, which was begun in the login of MARK. */
static void
keep_window(PfCall *call, PfOperation *operation, uint64_t mark)
{
    pthread_mutex_lock(&call->slot->lock);
    bool had_one = operation->holds_window;
    operation->holds_window = true;
    operation->is_dropped = false;
    pthread_mutex_unlock(&call->slot->lock);
    if (had_one)
        pf_window_release(call); /* of an operation that the backend ended without saying so */
    /* Who ended the login meanwhile may have looked for operations before this one was there. */
    if (mark != 0 && get_mark(call) == mark)
        return;
    if (pf_domain_is_ended_elsewhere(call->module, call->session->domain, mark))
        pf_operation_void_all(call);
    drop(call, operation, 1);
}

static CK_RV
call_init(PfCall *call, PfInitFunction init, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE real)
{
    pf_backend_enter(call->backend);
    return pf_backend_leave(call->backend, init(call->real, mechanism, real));
}

/* A handle that names nothing (any more) becomes one that never does: what is said of that, and
 * before which other complaint, is the backend's. Without memory nobody knows what it names. */
static CK_RV
init_with_key(PfCall *call, PfInitFunction init, CK_MECHANISM *mechanism, PfObject *key)
{
    CK_OBJECT_HANDLE real = CK_INVALID_HANDLE;
    CK_RV rv = pf_object_get_real(call, key, &real);
    return rv == CKR_HOST_MEMORY ? rv : call_init(call, init, mechanism, real);
}

/* Words for dialog and history. */
static const char *const operation_words[PF_OPERATION_COUNT] = {
    [PF_OPERATION_SIGN] = "sign",
    [PF_OPERATION_SIGN_RECOVER] = "sign",
    [PF_OPERATION_VERIFY] = "verify",
    [PF_OPERATION_VERIFY_RECOVER] = "verify",
    [PF_OPERATION_ENCRYPT] = "encrypt",
    [PF_OPERATION_DECRYPT] = "decrypt",
    [PF_OPERATION_MESSAGE_SIGN] = "sign",
    [PF_OPERATION_MESSAGE_VERIFY] = "verify",
    [PF_OPERATION_MESSAGE_ENCRYPT] = "encrypt",
    [PF_OPERATION_MESSAGE_DECRYPT] = "decrypt",
};

static CK_RV
init_in_window(PfCall *call, PfOperationKind kind, PfInitFunction init, CK_MECHANISM *mechanism,
               PfObject *key)
{
    char *label = pf_object_dup_label(call->module, key);
    PfUse use = {.operation = operation_words[kind], .key_label = label};
    bool was_foreign = false;
    uint64_t before = get_mark(call);
    CK_RV rv;
    do {
        bool is_second = was_foreign;
        rv = pf_window_acquire(call, &use);
        if (rv != CKR_OK)
            break;
        was_foreign = !is_second && pf_window_is_foreign(call->slot);
        uint64_t mark = get_mark(call);
        rv = init_with_key(call, init, mechanism, key);
        if (rv == CKR_OK)
            keep_window(call, &call->session->operations[kind], mark != 0 ? mark : before);
        else
            pf_window_release(call);
        /* A login of another copy of this module that ended meanwhile. */
    } while (rv == CKR_USER_NOT_LOGGED_IN && was_foreign);
    free(label);
    return rv;
}

/* With a key that is always to be authenticated, the person is asked first (DESIGN 4.11). */
static CK_RV
init_after_asking(PfCall *call, PfOperationKind kind, PfInitFunction init, CK_MECHANISM *mechanism,
                  PfObject *key)
{
    bool has_window = false;
    char *label = pf_object_dup_label(call->module, key);
    CK_RV rv = pf_context_login_prepare(call, label, operation_words[kind], &has_window);
    free(label);
    if (rv != CKR_OK)
        return rv;
    uint64_t mark = get_mark(call);
    rv = init_with_key(call, init, mechanism, key);
    if (rv != CKR_OK)
        pf_context_login_end(call);
    if (rv == CKR_OK && has_window)
        keep_window(call, &call->session->operations[kind], mark);
    else if (has_window)
        pf_window_release(call);
    return rv;
}

static CK_RV
init_with_object(PfCall *call, PfOperationKind kind, PfInitFunction init, CK_MECHANISM *mechanism,
                 PfObject *key)
{
    bool is_virtual =
        pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER;
    if (pf_context_login_is_due(call, key))
        return init_after_asking(call, kind, init, mechanism, key);
    if (pf_object_is_private(key) && is_virtual)
        return init_in_window(call, kind, init, mechanism, key);
    CK_RV rv = init_with_key(call, init, mechanism, key);
    if (rv == CKR_USER_NOT_LOGGED_IN && is_virtual)
        rv = init_in_window(call, kind, init, mechanism, key);
    return rv;
}

CK_RV
pf_operation_init(PfCall *call, PfOperationKind kind, PfInitFunction init, CK_MECHANISM *mechanism,
                  CK_OBJECT_HANDLE key)
{
    PfOperation *operation = &call->session->operations[kind];
    PfObject *object = NULL;
    CK_RV rv;
    if (mechanism == NULL || pf_object_acquire(call, key, &object) != CKR_OK)
        rv = call_init(call, init, mechanism, CK_INVALID_HANDLE);
    else
        rv = init_with_object(call, kind, init, mechanism, object);
    if (object != NULL)
        pf_object_release(object);
    if (rv == CKR_OK && mechanism == NULL) {
        pf_operation_cancelled(call, kind, true);
    } else if (rv == CKR_OK) {
        pthread_mutex_lock(&call->slot->lock);
        operation->init = init;
        operation->mechanism = mechanism->mechanism;
        pthread_mutex_unlock(&call->slot->lock);
    }
    return rv;
}

void
pf_operation_enter(PfCall *call, PfOperationKind kind)
{
    pthread_mutex_lock(&call->slot->lock);
    call->session->operations[kind].calls++;
    pthread_mutex_unlock(&call->slot->lock);
}

/* After an error the operation is over, says PKCS#11 2.40 (5.2). Not all backends end it where the
 * call itself was wrong; the window of one that goes on stays. The question starts nothing: no key
 * has this handle. */
static bool
is_still_active(PfCall *call, PfOperation *operation, CK_RV rv)
{
    if (rv != CKR_ARGUMENTS_BAD && rv != CKR_FUNCTION_NOT_SUPPORTED &&
        rv != CKR_OPERATION_NOT_INITIALIZED)
        return false;
    pthread_mutex_lock(&call->slot->lock);
    PfInitFunction init = operation->holds_window ? operation->init : NULL;
    CK_MECHANISM mechanism = {operation->mechanism, NULL, 0};
    pthread_mutex_unlock(&call->slot->lock);
    return init != NULL &&
           call_init(call, init, &mechanism, CK_INVALID_HANDLE) == CKR_OPERATION_ACTIVE;
}

static void
leave(PfCall *call, PfOperation *operation, bool is_over)
{
    pthread_mutex_lock(&call->slot->lock);
    operation->calls--;
    bool ends = (is_over || operation->is_dropped) && operation->calls == 0;
    bool release_now = ends && operation->holds_window;
    if (is_over)
        operation->is_void = false;
    if (ends) {
        operation->holds_window = false;
        operation->is_dropped = false;
        operation->init = NULL;
    }
    pthread_mutex_unlock(&call->slot->lock);
    if (release_now)
        pf_window_release(call);
}

CK_RV
pf_operation_leave(PfCall *call, PfOperationKind kind, CK_RV rv, bool is_last, bool is_query)
{
    PfOperation *operation = &call->session->operations[kind];
    bool is_over = rv != CKR_BUFFER_TOO_SMALL && (rv != CKR_OK || (is_last && !is_query));
    if (is_over && is_still_active(call, operation, rv))
        is_over = false;
    leave(call, operation, is_over);
    if (is_over) {
        drop(call, &call->session->operations[PF_OPERATION_RESTORED], 1);
        pf_context_login_end(call);
    }
    return rv;
}

void
pf_operation_cancelled(PfCall *call, PfOperationKind kind, bool is_certain)
{
    PfOperation *operation = &call->session->operations[kind];
    pthread_mutex_lock(&call->slot->lock);
    bool was_begun = operation->init != NULL;
    bool holds_window = operation->holds_window;
    pthread_mutex_unlock(&call->slot->lock);
    if (!is_certain &&
        (!holds_window || is_still_active(call, operation, CKR_OPERATION_NOT_INITIALIZED)))
        return;
    drop(call, operation, 1);
    drop(call, &call->session->operations[PF_OPERATION_RESTORED], 1);
    /* One that was not active has nothing to do with a login for another. */
    if (was_begun)
        pf_context_login_end(call);
}

void
pf_operation_restored(PfCall *call)
{
    keep_window(call, &call->session->operations[PF_OPERATION_RESTORED], get_mark(call));
}

void
pf_operation_drop_all(PfCall *call)
{
    drop(call, call->session->operations, PF_OPERATION_COUNT);
    pf_context_login_end(call);
}
