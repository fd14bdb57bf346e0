/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfObject: the table of handles, and what becomes of them. */
#include "object.h"

#include <stdlib.h>
#include <string.h>

#include "object-table.h"
#include "snapshot.h"
#include "window.h"

static void
unkey(PfModule *module, PfObject *object)
{
    if (object->is_keyed)
        HASH_DELETE(hh_real, module->objects_by_real, object);
    object->is_keyed = false;
}

PfObject *
pf_object_table_find_real(PfModule *module, const PfSlot *slot, CK_OBJECT_HANDLE real)
{
    PfObject *object;
    PfRealHandle key = {.slot = slot->id, .real = real};
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): it has no padding
    HASH_FIND(hh_real, module->objects_by_real, &key, sizeof key, object);
    return object;
}

void
pf_object_table_rekey(PfModule *module, PfObject *object, CK_OBJECT_HANDLE real)
{
    unkey(module, object);
    PfObject *before = pf_object_table_find_real(module, object->slot, real);
    if (before != NULL)
        unkey(module, before);
    object->key = (PfRealHandle){.slot = object->slot->id, .real = real};
    HASH_ADD(hh_real, module->objects_by_real, key, sizeof object->key, object);
    /* Without memory it is found again by what it is, as in another window. */
    object->is_keyed = object->hh_real.tbl != NULL;
}

void
pf_object_free(PfObject *object)
{
    if (object == NULL)
        return;
    pf_attributes_unref(object->attributes);
    free(object);
}

void
pf_object_table_remove(PfModule *module, PfObject *object)
{
    if (!object->is_listed)
        return;
    unkey(module, object);
    HASH_DEL(module->objects, object);
    if (module->last_object == object)
        module->last_object = NULL;
    object->is_listed = false;
    if (object->owner != 0)
        atomic_fetch_sub(&module->owned_objects, 1);
    pf_object_release(object);
}

bool
pf_object_table_add(PfModule *module, PfObject *object, CK_OBJECT_HANDLE real)
{
    object->handle = module->next_object++;
    HASH_ADD(hh, module->objects, handle, sizeof object->handle, object);
    if (object->hh.tbl == NULL)
        return false;
    pf_object_table_rekey(module, object, real);
    if (!object->is_keyed) {
        HASH_DEL(module->objects, object);
        return false;
    }
    object->references = 1;
    object->is_listed = true;
    if (object->owner != 0)
        atomic_fetch_add(&module->owned_objects, 1);
    return true;
}

/* Which private objects a call may use. */
typedef struct {
    uint64_t mark;
    bool is_backends;
} Reach;

static Reach
get_reach(const PfCall *call)
{
    Reach reach;
    PfStanding standing = pf_domain_get_standing(call->module, call->session->domain, &reach.mark);
    reach.is_backends = pf_domain_is_backends(call->module, call->session->domain, standing);
    return reach;
}

/* Module lock held. */
static PfObject *
find_in_slot(const PfCall *call, CK_OBJECT_HANDLE handle)
{
    PfObject *object = call->module->last_object;
    if (object == NULL || object->handle != handle)
        HASH_FIND(hh, call->module->objects, &handle, sizeof handle, object);
    if (object == NULL || object->slot != call->slot)
        return NULL;
    call->module->last_object = object;
    return object;
}

/* NULL where there is none that the call may use. Module lock held. */
static PfObject *
find_in_reach(const PfCall *call, CK_OBJECT_HANDLE handle, Reach reach)
{
    PfObject *object = find_in_slot(call, handle);
    if (object == NULL)
        return NULL;
    bool is_in_reach =
        !object->is_private ||
        (object->is_backends ? reach.is_backends : reach.mark != 0 && object->mark == reach.mark);
    return is_in_reach ? object : NULL;
}

CK_RV
pf_object_acquire(PfCall *call, CK_OBJECT_HANDLE handle, PfObject **ret_object)
{
    Reach reach = get_reach(call);
    pthread_mutex_lock(&call->module->lock);
    PfObject *object = find_in_reach(call, handle, reach);
    if (object != NULL)
        atomic_fetch_add(&object->references, 1);
    pthread_mutex_unlock(&call->module->lock);
    *ret_object = object;
    return object != NULL ? CKR_OK : CKR_OBJECT_HANDLE_INVALID;
}

bool
pf_object_get_public(PfCall *call, CK_OBJECT_HANDLE handle, CK_OBJECT_HANDLE *ret_real)
{
    pthread_mutex_lock(&call->module->lock);
    const PfObject *object = find_in_slot(call, handle);
    bool is_good = object != NULL && !object->is_private && object->is_keyed;
    if (is_good)
        *ret_real = object->key.real;
    pthread_mutex_unlock(&call->module->lock);
    return is_good;
}

void
pf_object_release(PfObject *object)
{
    if (atomic_fetch_sub(&object->references, 1) == 1)
        pf_object_free(object);
}

bool
pf_object_is_private(const PfObject *object)
{
    return object->is_private;
}

/* A reference of the caller's: another thread may be changing the object. */
static PfAttributes *
ref_attributes(PfModule *module, const PfObject *object)
{
    pthread_mutex_lock(&module->lock);
    PfAttributes *attributes = pf_attributes_ref(object->attributes);
    pthread_mutex_unlock(&module->lock);
    return attributes;
}

char *
pf_object_dup_label(PfModule *module, const PfObject *object)
{
    PfAttributes *attributes = ref_attributes(module, object);
    const char *label = attributes != NULL ? pf_attributes_get_label(attributes) : NULL;
    char *copy = label != NULL ? strdup(label) : NULL;
    pf_attributes_unref(attributes);
    return copy;
}

bool
pf_object_always_authenticates(PfCall *call, PfObject *object)
{
    CK_OBJECT_HANDLE real;
    CK_BBOOL always = CK_FALSE;
    CK_ATTRIBUTE wanted = {CKA_ALWAYS_AUTHENTICATE, &always, sizeof always};
    PfAttributes *attributes = ref_attributes(call->module, object);
    if (attributes != NULL)
        always = pf_attributes_always_authenticate(attributes) ? CK_TRUE : CK_FALSE;
    else if (pf_object_get_real(call, object, &real) == CKR_OK &&
             PF_BACKEND_CALL(call->backend, C_GetAttributeValue, call->real, real, &wanted, 1) !=
                 CKR_OK)
        always = CK_FALSE;
    pf_attributes_unref(attributes);
    return always != CK_FALSE;
}

bool
pf_object_get_remembered(PfCall *call, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *template,
                         CK_ULONG count, CK_RV *ret_rv)
{
    Reach reach = get_reach(call);
    if (template == NULL || reach.mark == 0)
        return false;
    pthread_mutex_lock(&call->module->lock);
    const PfObject *object = find_in_reach(call, handle, reach);
    PfAttributes *attributes = object != NULL ? pf_attributes_ref(object->attributes) : NULL;
    pthread_mutex_unlock(&call->module->lock);
    bool is_remembered = attributes != NULL && pf_attributes_cover(attributes, template, count);
    if (is_remembered)
        *ret_rv = pf_attributes_get(attributes, template, count);
    pf_attributes_unref(attributes);
    return is_remembered;
}

/* Has another remembered object of the same login this identity? Then nobody knows which of them
 * the backend has. Module lock held. */
static bool
has_twin(PfModule *module, const PfObject *object, const PfAttributes *attributes)
{
    PfObject *other;
    PfObject *next;
    HASH_ITER (hh, module->objects, other, next) {
        if (other != object && other->domain == object->domain && other->mark == object->mark &&
            other->attributes != NULL && pf_attributes_same_identity(other->attributes, attributes))
            return true;
    }
    return false;
}

/* Looks for the object by what it was, and takes it for gone if it is not there. */
static CK_RV
find_again(PfCall *call, PfObject *object, PfAttributes *attributes, uint64_t epoch,
           CK_OBJECT_HANDLE *ret_real)
{
    size_t count = 0;
    CK_OBJECT_HANDLE real = CK_INVALID_HANDLE;
    CK_RV rv = pf_snapshot_find_again(call, attributes, &real, &count);
    if (rv != CKR_OK)
        return rv;
    pthread_mutex_lock(&call->module->lock);
    bool is_it = count == 1 && !has_twin(call->module, object, attributes);
    if (count == 0) {
        pf_object_table_remove(call->module, object);
    } else if (is_it) {
        object->epoch = epoch;
        if (object->is_listed)
            pf_object_table_rekey(call->module, object, real);
    }
    pthread_mutex_unlock(&call->module->lock);
    *ret_real = real;
    return is_it ? CKR_OK : CKR_OBJECT_HANDLE_INVALID;
}

CK_RV
pf_object_get_real(PfCall *call, PfObject *object, CK_OBJECT_HANDLE *ret_real)
{
    uint64_t epoch = pf_window_get_epoch(call->slot);
    pthread_mutex_lock(&call->module->lock);
    bool is_good =
        object->is_keyed && (!object->is_private || object->is_backends || object->epoch == epoch);
    CK_OBJECT_HANDLE real = object->key.real;
    PfAttributes *attributes = is_good ? NULL : pf_attributes_ref(object->attributes);
    pthread_mutex_unlock(&call->module->lock);
    CK_RV rv = is_good ? CKR_OK : CKR_OBJECT_HANDLE_INVALID;
    if (attributes != NULL)
        rv = find_again(call, object, attributes, epoch, &real);
    pf_attributes_unref(attributes);
    if (rv == CKR_OK)
        *ret_real = real;
    return rv;
}

void
pf_object_destroyed(PfCall *call, PfObject *object)
{
    pthread_mutex_lock(&call->module->lock);
    bool held = object->holds_window;
    object->holds_window = false;
    pf_object_table_remove(call->module, object);
    pthread_mutex_unlock(&call->module->lock);
    if (held)
        pf_window_release(call);
}

void
pf_object_changed(PfCall *call, PfObject *object)
{
    CK_OBJECT_HANDLE real;
    pthread_mutex_lock(&call->module->lock);
    bool is_remembered = object->attributes != NULL;
    pthread_mutex_unlock(&call->module->lock);
    if (!is_remembered || pf_object_get_real(call, object, &real) != CKR_OK)
        return;
    PfAttributes *attributes = NULL;
    /* What cannot be read again is not known any more: the handle is good in this window only. */
    pf_attributes_read(call->backend, call->real, real, &attributes);
    pthread_mutex_lock(&call->module->lock);
    PfAttributes *before = object->attributes;
    object->attributes = attributes;
    pthread_mutex_unlock(&call->module->lock);
    pf_attributes_unref(before);
}

void
pf_object_visit_private(PfModule *module, const PfDomain *domain, uint64_t mark,
                        void (*visit)(PfObject *object, void *data), void *data)
{
    PfObject *object;
    PfObject *next;
    pthread_mutex_lock(&module->lock);
    HASH_ITER (hh, module->objects, object, next) {
        if (object->domain == domain && object->attributes != NULL && object->mark == mark)
            visit(object, data);
    }
    pthread_mutex_unlock(&module->lock);
}

void
pf_object_free_all(PfModule *module)
{
    PfObject *object;
    PfObject *next;
    pthread_mutex_lock(&module->lock);
    HASH_ITER (hh, module->objects, object, next) {
        pf_object_table_remove(module, object);
    }
    pthread_mutex_unlock(&module->lock);
}
