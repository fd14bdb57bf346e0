/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfObject: which handles end, and when. */
#include <stdlib.h>

#include "object-table.h"
#include "window.h"

typedef bool (*IsDoomed)(const PfObject *object, const PfCall *call, uint64_t mark);

/* Takes the doomed objects out of the table. Returns the backend's handles of those that held a
 * window (the caller frees; NULL for none, or for lack of memory), and how many there were. */
static CK_OBJECT_HANDLE *
remove_doomed(PfCall *call, IsDoomed is_doomed, uint64_t mark, unsigned *ret_held)
{
    PfObject *object;
    PfObject *next;
    unsigned held = 0;
    unsigned count = 0;
    pthread_mutex_lock(&call->module->lock);
    HASH_ITER (hh, call->module->objects, object, next) {
        held += object->holds_window ? 1 : 0;
    }
    CK_OBJECT_HANDLE *real = held > 0 ? calloc(held, sizeof *real) : NULL;
    HASH_ITER (hh, call->module->objects, object, next) {
        if (!is_doomed(object, call, mark))
            continue;
        if (object->holds_window && real != NULL)
            real[count] = object->is_keyed ? object->key.real : CK_INVALID_HANDLE;
        count += object->holds_window ? 1 : 0;
        object->holds_window = false;
        pf_object_table_remove(call->module, object);
    }
    pthread_mutex_unlock(&call->module->lock);
    *ret_held = count;
    return real;
}

/* Forgets the objects that are doomed; windows that they held are released by CALL. A window that
 * others have open as well would keep the backend's objects alive: ENDS_THEM destroys them. */
static void
forget(PfCall *call, IsDoomed is_doomed, uint64_t mark, bool ends_them)
{
    unsigned windows;
    CK_OBJECT_HANDLE *real = remove_doomed(call, is_doomed, mark, &windows);
    if (ends_them && real != NULL && windows > 0 && pf_window_has_more_users(call->slot, windows)) {
        for (unsigned i = 0; i < windows; i++)
            PF_BACKEND_CALL(call->backend, C_DestroyObject, call->real, real[i]);
    }
    free(real);
    while (windows-- > 0)
        pf_window_release(call);
}

static bool
is_unmet(const PfObject *object, const PfCall *call, uint64_t mark)
{
    if (object->domain != call->session->domain || !object->is_private)
        return false;
    return object->mark != mark || object->epoch != pf_window_get_epoch(call->slot);
}

void
pf_object_forget_unmet(PfCall *call, uint64_t mark)
{
    forget(call, is_unmet, mark, false);
}

static bool
is_of_past_login(const PfObject *object, const PfCall *call, uint64_t mark)
{
    return object->is_private && object->domain == call->session->domain && object->mark != mark;
}

void
pf_object_forget_login(PfCall *call, uint64_t mark)
{
    forget(call, is_of_past_login, mark, true);
}

static bool
is_of_session(const PfObject *object, const PfCall *call, uint64_t mark)
{
    return !object->is_token && object->owner != 0 && object->owner == call->session->handle;
}

void
pf_object_forget_session(PfCall *call)
{
    /* Most programs make none, and may know thousands of others. */
    if (atomic_load(&call->module->owned_objects) > 0)
        forget(call, is_of_session, 0, false);
}

static bool
is_private_in_domain(const PfObject *object, const PfCall *call, uint64_t mark)
{
    return object->is_private && object->domain == call->session->domain;
}

void
pf_object_forget_domain(PfCall *call)
{
    forget(call, is_private_in_domain, 0, true);
}

static bool
is_virtual_in_slot(const PfObject *object, const PfCall *call, uint64_t mark)
{
    return object->is_private && object->slot == call->slot && !object->is_backends;
}

typedef struct {
    CK_OBJECT_HANDLE handle;
    CK_OBJECT_HANDLE real;
} HandlePair;

/* Lists the slot's objects that are the backend's alone. NULL for lack of memory. */
static HandlePair *
list_backends(const PfCall *call, size_t *ret_count)
{
    PfObject *object;
    PfObject *next;
    size_t count = 0;
    pthread_mutex_lock(&call->module->lock);
    HandlePair *pairs = calloc(HASH_COUNT(call->module->objects) + 1, sizeof *pairs);
    HASH_ITER (hh, call->module->objects, object, next) {
        if (pairs != NULL && object->is_backends && object->slot == call->slot)
            pairs[count++] = (HandlePair){object->handle,
                                          object->is_keyed ? object->key.real : CK_INVALID_HANDLE};
    }
    pthread_mutex_unlock(&call->module->lock);
    *ret_count = count;
    return pairs;
}

static bool
is_gone(const PfCall *call, CK_OBJECT_HANDLE real)
{
    CK_OBJECT_CLASS class;
    CK_ATTRIBUTE wanted = {CKA_CLASS, &class, sizeof class};
    return real == CK_INVALID_HANDLE ||
           PF_BACKEND_CALL(call->backend, C_GetAttributeValue, call->real, real, &wanted, 1) ==
               CKR_OBJECT_HANDLE_INVALID;
}

void
pf_object_forget_gone(PfCall *call)
{
    size_t count;
    PfObject *object;
    forget(call, is_virtual_in_slot, 0, false);
    HandlePair *pairs = list_backends(call, &count);
    for (size_t i = 0; pairs != NULL && i < count; i++) {
        if (!is_gone(call, pairs[i].real))
            continue;
        pthread_mutex_lock(&call->module->lock);
        HASH_FIND(hh, call->module->objects, &pairs[i].handle, sizeof pairs[i].handle, object);
        if (object != NULL)
            pf_object_table_remove(call->module, object);
        pthread_mutex_unlock(&call->module->lock);
    }
    free(pairs);
}
