/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfObject: the table of handles, and finding the backend's object again after each login. */
#include "object.h"

#include <stdlib.h>

#include "snapshot.h"
#include "window.h"

/* Module lock held. */
static void
unkey(PfModule *module, PfObject *object)
{
    if (object->is_keyed)
        HASH_DELETE(hh_real, module->objects_by_real, object);
    object->is_keyed = false;
}

/* Module lock held. REAL names OBJECT from now on, whatever it named before. */
static void
rekey(PfModule *module, PfObject *object, CK_OBJECT_HANDLE real)
{
    PfObject *before;
    PfRealHandle key = {.slot = object->slot->id, .real = real};
    unkey(module, object);
    HASH_FIND(hh_real, module->objects_by_real, &key, sizeof key, before);
    if (before != NULL)
        unkey(module, before);
    object->key = key;
    object->is_keyed = true;
    HASH_ADD(hh_real, module->objects_by_real, key, sizeof object->key, object);
}

static void
object_free(PfObject *object)
{
    pf_attributes_free(object->attributes);
    free(object);
}

/* Module lock held. Takes it out of the tables; freed when nobody holds it. */
static void
unlist(PfModule *module, PfObject *object)
{
    if (!object->is_listed)
        return;
    unkey(module, object);
    HASH_DEL(module->objects, object);
    object->is_listed = false;
    if (--object->references == 0)
        object_free(object);
}

/* Module lock held. */
static void
enlist(PfModule *module, PfObject *object, CK_OBJECT_HANDLE real)
{
    object->handle = module->next_object++;
    object->references = 1;
    object->is_listed = true;
    HASH_ADD(hh, module->objects, handle, sizeof object->handle, object);
    rekey(module, object, real);
}

static uint64_t
window_epoch(PfSlot *slot)
{
    pthread_mutex_lock(&slot->lock);
    uint64_t epoch = slot->window.epoch;
    pthread_mutex_unlock(&slot->lock);
    return epoch;
}

CK_RV
pf_object_acquire(PfCall *call, CK_OBJECT_HANDLE handle, PfObject **ret_object)
{
    PfObject *object;
    uint64_t mark;
    pf_domain_get_standing(call->module, call->session->domain, &mark);
    pthread_mutex_lock(&call->module->lock);
    HASH_FIND(hh, call->module->objects, &handle, sizeof handle, object);
    if (object != NULL && object->slot != call->slot)
        object = NULL;
    if (object != NULL && object->is_private && (mark == 0 || object->mark != mark))
        object = NULL;
    if (object != NULL)
        object->references++;
    pthread_mutex_unlock(&call->module->lock);
    *ret_object = object;
    return object != NULL ? CKR_OK : CKR_OBJECT_HANDLE_INVALID;
}

void
pf_object_release(PfModule *module, PfObject *object)
{
    pthread_mutex_lock(&module->lock);
    if (--object->references == 0)
        object_free(object);
    pthread_mutex_unlock(&module->lock);
}

bool
pf_object_is_private(const PfObject *object)
{
    return object->is_private;
}

const char *
pf_object_get_label(const PfObject *object)
{
    return object->attributes != NULL ? pf_attributes_get_label(object->attributes) : NULL;
}

bool
pf_object_get_remembered(PfCall *call, PfObject *object, CK_ATTRIBUTE *template, CK_ULONG count,
                         CK_RV *ret_rv)
{
    /* The lock, because another thread may be changing the object. */
    pthread_mutex_lock(&call->module->lock);
    bool is_remembered =
        object->attributes != NULL && pf_attributes_cover(object->attributes, template, count);
    if (is_remembered)
        *ret_rv = pf_attributes_get(object->attributes, template, count);
    pthread_mutex_unlock(&call->module->lock);
    return is_remembered;
}

CK_RV
pf_object_get_real(PfCall *call, PfObject *object, CK_OBJECT_HANDLE *ret_real)
{
    uint64_t epoch = window_epoch(call->slot);
    pthread_mutex_lock(&call->module->lock);
    bool is_good = object->attributes == NULL || object->epoch == epoch;
    *ret_real = object->key.real;
    pthread_mutex_unlock(&call->module->lock);
    if (is_good)
        return CKR_OK;
    CK_RV rv = pf_snapshot_find_again(call, object->attributes, ret_real);
    if (rv != CKR_OK)
        return rv;
    pthread_mutex_lock(&call->module->lock);
    object->epoch = epoch;
    if (object->is_listed)
        rekey(call->module, object, *ret_real);
    pthread_mutex_unlock(&call->module->lock);
    return CKR_OK;
}

/* Is the object that REAL named before still the one it names? Module lock held. */
static PfObject *
find_known(PfCall *call, CK_OBJECT_HANDLE real, uint64_t epoch, uint64_t mark)
{
    PfObject *object;
    PfRealHandle key = {.slot = call->slot->id, .real = real};
    HASH_FIND(hh_real, call->module->objects_by_real, &key, sizeof key, object);
    if (object != NULL && object->is_private &&
        (object->mark != mark || (object->attributes != NULL && object->epoch != epoch)))
        object = NULL;
    return object;
}

/* The remembered object of the same identity, if there is just one that has no backend handle in
 * this epoch. Module lock held. */
static PfObject *
find_same(PfCall *call, const PfAttributes *attributes, uint64_t epoch, uint64_t mark)
{
    PfObject *same = NULL;
    PfObject *object;
    PfObject *next;
    HASH_ITER (hh, call->module->objects, object, next) {
        if (object->slot != call->slot || object->attributes == NULL || object->mark != mark ||
            object->epoch == epoch || !pf_attributes_same_identity(object->attributes, attributes))
            continue;
        if (same != NULL)
            return NULL;
        same = object;
    }
    return same;
}

static CK_RV
read_kind(PfCall *call, CK_OBJECT_HANDLE real, PfObjectKind *ret_kind)
{
    CK_BBOOL is_private = CK_FALSE;
    CK_BBOOL is_token = CK_FALSE;
    CK_ATTRIBUTE wanted[] = {{CKA_PRIVATE, &is_private, sizeof is_private},
                             {CKA_TOKEN, &is_token, sizeof is_token}};
    CK_RV rv = PF_BACKEND_CALL(call->backend, C_GetAttributeValue, call->real, real, wanted, 2);
    /* Objects without such attributes (hardware features) are public. */
    if (rv == CKR_ATTRIBUTE_TYPE_INVALID)
        rv = CKR_OK;
    ret_kind->is_private = wanted[0].ulValueLen == sizeof is_private && is_private != CK_FALSE;
    ret_kind->is_token = wanted[1].ulValueLen == sizeof is_token && is_token != CK_FALSE;
    return rv;
}

static PfObject *
object_new(PfCall *call, const PfObjectKind *kind, CK_SESSION_HANDLE owner)
{
    PfObject *object = calloc(1, sizeof *object);
    if (object == NULL)
        return NULL;
    object->slot = call->slot;
    object->domain = call->session->domain;
    object->is_private = kind->is_private;
    object->is_token = kind->is_token;
    object->owner = kind->is_token ? 0 : owner;
    return object;
}

/* Adopts an object that is not known by its backend handle. Takes ATTRIBUTES (may be NULL). */
static CK_OBJECT_HANDLE
adopt(PfCall *call, CK_OBJECT_HANDLE real, CK_SESSION_HANDLE owner, const PfObjectKind *kind,
      PfAttributes *attributes, uint64_t mark)
{
    uint64_t epoch = window_epoch(call->slot);
    PfObject *made = object_new(call, kind, owner);
    CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
    pthread_mutex_lock(&call->module->lock);
    PfObject *object = find_known(call, real, epoch, mark);
    if (object == NULL && attributes != NULL &&
        (object = find_same(call, attributes, epoch, mark)) != NULL) {
        object->epoch = epoch;
        rekey(call->module, object, real);
    }
    if (object == NULL && made != NULL) {
        object = made;
        object->epoch = epoch;
        object->mark = kind->is_private ? mark : 0;
        object->attributes = attributes;
        enlist(call->module, object, real);
        made = NULL;
        attributes = NULL;
    }
    if (object != NULL)
        handle = object->handle;
    pthread_mutex_unlock(&call->module->lock);
    free(made);
    pf_attributes_free(attributes);
    return handle;
}

CK_RV
pf_object_wrap(PfCall *call, CK_OBJECT_HANDLE real, CK_SESSION_HANDLE owner,
               CK_OBJECT_HANDLE *ret_handle, PfObjectKind *ret_kind)
{
    uint64_t mark;
    PfObjectKind kind;
    PfAttributes *attributes = NULL;
    PfStanding standing = pf_domain_get_standing(call->module, call->session->domain, &mark);
    uint64_t epoch = window_epoch(call->slot);
    pthread_mutex_lock(&call->module->lock);
    PfObject *known = owner == 0 ? find_known(call, real, epoch, mark) : NULL;
    if (known != NULL) {
        *ret_handle = known->handle;
        kind = (PfObjectKind){known->is_private, known->is_token};
    }
    pthread_mutex_unlock(&call->module->lock);
    if (known == NULL) {
        CK_RV rv = read_kind(call, real, &kind);
        if (rv != CKR_OK)
            return rv;
        if (kind.is_private && kind.is_token && standing == PF_STANDING_USER)
            attributes = pf_attributes_read(call->backend, call->real, real);
        *ret_handle = adopt(call, real, owner, &kind, attributes, mark);
    }
    if (ret_kind != NULL)
        *ret_kind = kind;
    return *ret_handle != CK_INVALID_HANDLE ? CKR_OK : CKR_HOST_MEMORY;
}

CK_RV
pf_object_created(PfCall *call, CK_OBJECT_HANDLE real, bool in_window, CK_OBJECT_HANDLE *ret_handle)
{
    PfObject *object;
    PfObjectKind kind = {false, false};
    CK_RV rv = pf_object_wrap(call, real, call->session->handle, ret_handle, &kind);
    if (rv != CKR_OK || !in_window || !kind.is_private)
        return rv;
    pf_window_share(call);
    pthread_mutex_lock(&call->module->lock);
    HASH_FIND(hh, call->module->objects, ret_handle, sizeof *ret_handle, object);
    bool keeps = object != NULL && !object->is_token && !object->holds_window;
    if (keeps)
        object->holds_window = true;
    pthread_mutex_unlock(&call->module->lock);
    if (!keeps)
        pf_window_release(call);
    return CKR_OK;
}

/* Takes it out of the table; a window that it held is released by CALL. */
static void
discard(PfCall *call, PfObject *object)
{
    pthread_mutex_lock(&call->module->lock);
    bool held = object->holds_window;
    object->holds_window = false;
    unlist(call->module, object);
    pthread_mutex_unlock(&call->module->lock);
    if (held)
        pf_window_release(call);
}

void
pf_object_destroyed(PfCall *call, PfObject *object)
{
    discard(call, object);
}

void
pf_object_changed(PfCall *call, PfObject *object)
{
    CK_OBJECT_HANDLE real;
    PfObjectKind kind;
    if (object->attributes == NULL || pf_object_get_real(call, object, &real) != CKR_OK ||
        read_kind(call, real, &kind) != CKR_OK)
        return;
    PfAttributes *now = pf_attributes_read(call->backend, call->real, real);
    pthread_mutex_lock(&call->module->lock);
    PfAttributes *before = now != NULL ? object->attributes : NULL;
    if (now != NULL)
        object->attributes = now;
    pthread_mutex_unlock(&call->module->lock);
    pf_attributes_free(before);
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
pf_object_forget_unmet(PfCall *call, uint64_t mark)
{
    PfObject *object;
    PfObject *next;
    uint64_t epoch = window_epoch(call->slot);
    pthread_mutex_lock(&call->module->lock);
    HASH_ITER (hh, call->module->objects, object, next) {
        if (object->domain == call->session->domain && object->attributes != NULL &&
            object->mark == mark && object->epoch != epoch)
            unlist(call->module, object);
    }
    pthread_mutex_unlock(&call->module->lock);
}

/* Finds one object that is to be forgotten, held. */
static PfObject *
find_doomed(PfCall *call, CK_SESSION_HANDLE owner, bool all_private)
{
    PfObject *object;
    PfObject *next;
    PfObject *found = NULL;
    pthread_mutex_lock(&call->module->lock);
    HASH_ITER (hh, call->module->objects, object, next) {
        bool is_owned = owner != 0 && !object->is_token && object->owner == owner;
        bool is_ended = all_private && object->is_private && object->slot == call->slot;
        if (is_owned || is_ended) {
            object->references++;
            found = object;
            break;
        }
    }
    pthread_mutex_unlock(&call->module->lock);
    return found;
}

static void
forget(PfCall *call, CK_SESSION_HANDLE owner, bool all_private)
{
    PfObject *object;
    while ((object = find_doomed(call, owner, all_private)) != NULL) {
        discard(call, object);
        pf_object_release(call->module, object);
    }
}

void
pf_object_forget_session(PfCall *call)
{
    forget(call, call->session->handle, false);
}

void
pf_object_forget_private(PfCall *call)
{
    forget(call, 0, true);
}

void
pf_object_free_all(PfModule *module)
{
    PfObject *object;
    PfObject *next;
    pthread_mutex_lock(&module->lock);
    HASH_ITER (hh, module->objects, object, next) {
        unlist(module, object);
    }
    pthread_mutex_unlock(&module->lock);
}
