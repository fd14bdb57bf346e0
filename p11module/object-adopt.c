/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfObject: from a backend's handle to one of Pinfold's, without ever mixing up two objects. */
#include <stdlib.h>

#include "object-table.h"
#include "window.h"

typedef struct {
    bool is_private;
    bool is_token;
} ObjectKind;

/* Everything about a backend object that is being given a handle. */
typedef struct {
    PfCall *call;
    CK_OBJECT_HANDLE real;
    uint64_t epoch;
    uint64_t mark;
    bool is_virtual;
    bool is_backends;
    ObjectKind kind;
    CK_SESSION_HANDLE owner;
    PfAttributes *attributes;
} Adoption;

static void
adoption_begin(Adoption *adoption, PfCall *call, CK_OBJECT_HANDLE real)
{
    *adoption = (Adoption){.call = call, .real = real};
    PfStanding standing =
        pf_domain_get_standing(call->module, call->session->domain, &adoption->mark);
    adoption->is_virtual = standing == PF_STANDING_USER;
    adoption->is_backends = pf_domain_is_backends(call->module, call->session->domain, standing);
    adoption->epoch = pf_window_get_epoch(call->slot);
}

static CK_RV
read_kind(const PfCall *call, CK_OBJECT_HANDLE real, ObjectKind *ret_kind)
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

/* Is the object that REAL named before still the one it names? A private one in the same epoch of
 * the same login. Module lock held. */
static PfObject *
find_known(const Adoption *adoption)
{
    PfObject *object =
        pf_object_table_find_real(adoption->call->module, adoption->call->slot, adoption->real);
    if (object != NULL && object->is_private &&
        !(object->is_backends ? adoption->is_backends
                              : object->mark == adoption->mark && object->epoch == adoption->epoch))
        object = NULL;
    return object;
}

/* The remembered object of the same identity, if there is just one that has no backend handle in
 * this epoch. Module lock held. */
static PfObject *
find_same(const Adoption *adoption)
{
    PfObject *same = NULL;
    PfObject *object;
    PfObject *next;
    HASH_ITER (hh, adoption->call->module->objects, object, next) {
        if (object->domain != adoption->call->session->domain || object->attributes == NULL ||
            object->mark != adoption->mark || object->epoch == adoption->epoch ||
            !pf_attributes_same_identity(object->attributes, adoption->attributes))
            continue;
        if (same != NULL)
            return NULL;
        same = object;
    }
    return same;
}

static PfObject *
object_new(const Adoption *adoption)
{
    PfObject *object = calloc(1, sizeof *object);
    if (object == NULL)
        return NULL;
    object->slot = adoption->call->slot;
    object->domain = adoption->call->session->domain;
    object->epoch = adoption->epoch;
    object->is_backends = adoption->kind.is_private && adoption->is_backends;
    object->mark = adoption->kind.is_private && !adoption->is_backends ? adoption->mark : 0;
    object->is_private = adoption->kind.is_private;
    object->is_token = adoption->kind.is_token;
    object->owner = adoption->kind.is_token ? 0 : adoption->owner;
    object->attributes = pf_attributes_ref(adoption->attributes);
    return object;
}

/* Module lock held. */
static void
tell(const PfObject *object, PfFoundObject *ret_found)
{
    *ret_found =
        (PfFoundObject){object->handle, object->order, object->is_private, object->is_token};
}

/* Reads the kind of an object that is not known by its handle. RET_MUST_REMEMBER: it can be found
 * again only by its attributes. */
static CK_RV
read_adopted_kind(Adoption *adoption, bool *ret_must_remember)
{
    CK_RV rv = read_kind(adoption->call, adoption->real, &adoption->kind);
    *ret_must_remember =
        adoption->kind.is_private && adoption->kind.is_token && adoption->is_virtual;
    return rv;
}

/* Reads all that is needed. */
static CK_RV
read_object(Adoption *adoption)
{
    PfCall *call = adoption->call;
    bool must_remember;
    CK_RV rv = read_adopted_kind(adoption, &must_remember);
    if (rv != CKR_OK || !must_remember)
        return rv;
    /* Without its attributes it could not be found again, and must not be found by its handle. */
    return pf_attributes_read(call->backend, call->real, adoption->real, &adoption->attributes);
}

/* Gives the object its handle: that of the same object before, or a new one. IS_NEW: it was made
 * just now, so whatever the table says of its backend handle is past. */
static CK_RV
adopt(Adoption *adoption, bool is_new, PfFoundObject *ret_found)
{
    PfModule *module = adoption->call->module;
    PfObject *made = object_new(adoption);
    if (made == NULL)
        return CKR_HOST_MEMORY;
    pthread_mutex_lock(&module->lock);
    PfObject *object = NULL;
    if (!is_new && adoption->attributes != NULL)
        object = find_same(adoption);
    if (object != NULL) {
        object->epoch = adoption->epoch;
        pf_object_table_rekey(module, object, adoption->real);
    } else if (pf_object_table_add(module, made, adoption->real)) {
        object = made;
        made = NULL;
        object->order = ++module->last_order;
    }
    if (object != NULL)
        tell(object, ret_found);
    pthread_mutex_unlock(&module->lock);
    pf_object_free(made);
    return object != NULL ? CKR_OK : CKR_HOST_MEMORY;
}

/* Looks again at an object that is known as public. Returns false when REAL names another now. */
static bool
is_still_public(const PfCall *call, CK_OBJECT_HANDLE real, const PfFoundObject *found)
{
    ObjectKind kind;
    if (found->is_private)
        return true; /* its epoch vouches for it */
    return read_kind(call, real, &kind) == CKR_OK && !kind.is_private &&
           kind.is_token == found->is_token;
}

/* Is it a private session object of another ID of this process? The backend, which knows of no IDs,
 * would give it to all sessions. Module lock held. */
static bool
is_of_another_domain(const Adoption *adoption)
{
    const PfObject *object =
        pf_object_table_find_real(adoption->call->module, adoption->call->slot, adoption->real);
    return object != NULL && object->is_private && !object->is_token && !object->is_backends &&
           object->epoch == adoption->epoch && object->domain != adoption->call->session->domain;
}

CK_RV
pf_object_found(PfCall *call, CK_OBJECT_HANDLE real, PfFoundHow how, PfFoundObject *ret_found)
{
    Adoption adoption;
    bool is_hidden = false;
    adoption_begin(&adoption, call, real);
    pthread_mutex_lock(&call->module->lock);
    PfObject *known = find_known(&adoption);
    bool is_anothers = is_of_another_domain(&adoption);
    if (known != NULL)
        tell(known, ret_found);
    pthread_mutex_unlock(&call->module->lock);
    if (is_anothers) {
        *ret_found = (PfFoundObject){.is_private = true};
        return CKR_OK;
    }
    if (known != NULL && (how == PF_FOUND_LOGGED_OUT || is_still_public(call, real, ret_found)))
        return CKR_OK;
    CK_RV rv = how == PF_FOUND_IN_PASSING ? read_adopted_kind(&adoption, &is_hidden)
                                          : read_object(&adoption);
    if (is_hidden)
        *ret_found = (PfFoundObject){.is_private = true, .is_token = true};
    else if (rv == CKR_OK)
        rv = adopt(&adoption, false, ret_found);
    pf_attributes_unref(adoption.attributes);
    return rv;
}

CK_RV
pf_object_listed(PfCall *call, CK_OBJECT_HANDLE real)
{
    PfFoundObject found;
    PfObject *object;
    CK_RV rv = pf_object_found(call, real, PF_FOUND_IN_WINDOW, &found);
    if (rv != CKR_OK)
        return rv;
    pthread_mutex_lock(&call->module->lock);
    HASH_FIND(hh, call->module->objects, &found.handle, sizeof found.handle, object);
    if (object != NULL)
        object->order = ++call->module->last_order;
    pthread_mutex_unlock(&call->module->lock);
    return CKR_OK;
}

/* Lets a private session object of login MARK keep the window that its maker has open. */
static void
hold_window(PfCall *call, CK_OBJECT_HANDLE handle, uint64_t mark)
{
    PfObject *object;
    uint64_t now;
    pf_window_share(call);
    pthread_mutex_lock(&call->module->lock);
    HASH_FIND(hh, call->module->objects, &handle, sizeof handle, object);
    bool keeps = object != NULL && !object->holds_window;
    if (keeps)
        object->holds_window = true;
    pthread_mutex_unlock(&call->module->lock);
    if (!keeps)
        pf_window_release(call);
    /* Who ended the login meanwhile may have looked for such objects before this one was there. */
    pf_domain_get_standing(call->module, call->session->domain, &now);
    if (now != mark)
        pf_object_forget_login(call, now);
}

bool
pf_object_is_made_private(PfCall *call, CK_OBJECT_HANDLE real)
{
    ObjectKind kind;
    return read_kind(call, real, &kind) == CKR_OK && kind.is_private;
}

CK_RV
pf_object_created(PfCall *call, CK_OBJECT_HANDLE real, bool in_window, CK_OBJECT_HANDLE *ret_handle)
{
    Adoption adoption;
    PfFoundObject found;
    adoption_begin(&adoption, call, real);
    adoption.owner = call->session->handle;
    CK_RV rv = read_object(&adoption);
    /* It exists: what cannot be read of it costs it its place over windows, not its handle. */
    if (rv != CKR_OK && adoption.attributes == NULL && !adoption.kind.is_private)
        adoption.kind = (ObjectKind){.is_private = true, .is_token = true};
    if (adoption.kind.is_private && !adoption.is_backends && adoption.mark == 0) {
        /* The login ended while it was made. */
        pf_attributes_unref(adoption.attributes);
        PF_BACKEND_CALL(call->backend, C_DestroyObject, call->real, real);
        return CKR_USER_NOT_LOGGED_IN;
    }
    rv = adopt(&adoption, true, &found);
    pf_attributes_unref(adoption.attributes);
    if (rv != CKR_OK)
        return rv;
    if (in_window && found.is_private && !found.is_token)
        hold_window(call, found.handle, adoption.mark);
    *ret_handle = found.handle;
    return CKR_OK;
}
