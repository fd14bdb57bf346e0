/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfObject: an object handle of Pinfold's own that stays valid over windows (DESIGN 4.8). */
#pragma once

#include <uthash.h>

#include "attributes.h"
#include "session.h"

typedef struct {
    CK_SLOT_ID slot;
    CK_OBJECT_HANDLE real;
} PfRealHandle;

struct PfObject {
    UT_hash_handle hh; /* here and not at the end: each call reads it, and what follows */
    CK_OBJECT_HANDLE handle;
    PfSlot *slot;
    PfDomain *domain;       /* of private objects */
    atomic_uint references; /* taken under the module's lock, given back without */
    /* The module's lock guards what follows. */
    bool is_listed;
    PfRealHandle key; /* the backend's handle; of private objects good in EPOCH only */
    bool is_keyed;    /* no other object has got that handle since */
    uint64_t epoch;
    uint64_t mark;  /* private: the login it was found in */
    uint64_t order; /* as the backend lists its objects */
    bool is_private;
    bool is_token;
    bool is_backends;         /* private, found where the backend alone decides */
    bool holds_window;        /* private session objects die with the backend's login */
    CK_SESSION_HANDLE owner;  /* session objects: the session that made them, 0 if unknown */
    PfAttributes *attributes; /* private token objects under a virtual login */
    UT_hash_handle hh_real;
};

/* What a search is told of an object that it found. */
struct PfFoundObject {
    CK_OBJECT_HANDLE handle;
    uint64_t order;
    bool is_private;
    bool is_token;
};

/* The object of a handle that the host gave, held until pf_object_release(). Private objects of a
 * virtual login that is over, and any of another slot, are CKR_OBJECT_HANDLE_INVALID (PKCS#11 2.40,
 * 5.6.9). Of those found under the backend's own login the backend says it, which may keep them. */
CK_RV pf_object_acquire(PfCall *call, CK_OBJECT_HANDLE handle, PfObject **ret_object);
void pf_object_release(PfObject *object);

/* The backend's handle of a public object, which is good as long as the object is. False: it is
 * none, or nothing is known of it now. */
bool pf_object_get_public(PfCall *call, CK_OBJECT_HANDLE handle, CK_OBJECT_HANDLE *ret_real);

bool pf_object_is_private(const PfObject *object);

/* CKA_LABEL for a dialog, or NULL; the caller's to free. */
char *pf_object_dup_label(PfModule *module, const PfObject *object);

/* Does each use of the key need a login of its own? */
bool pf_object_always_authenticates(PfCall *call, PfObject *object);

/* Answers C_GetAttributeValue from memory if all of TEMPLATE is remembered of the object of a
 * handle that the host gave; RET_RV is its answer. */
bool pf_object_get_remembered(PfCall *call, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE *template,
                              CK_ULONG count, CK_RV *ret_rv);

/* The backend's handle now. That of a private token object is looked for again by identity after
 * each login, in the window that the caller has open: exactly one match, or
 * CKR_OBJECT_HANDLE_INVALID. */
CK_RV pf_object_get_real(PfCall *call, PfObject *object, CK_OBJECT_HANDLE *ret_real);

/* How a search came by a backend's handle. */
typedef enum {
    PF_FOUND_LOGGED_OUT, /* the backend was logged out, or the login is the host's own */
    PF_FOUND_IN_WINDOW,  /* the caller has the window open */
    PF_FOUND_IN_PASSING, /* another thread had a window open, and may have closed it by now */
} PfFoundHow;

/* The handle for a backend object that a search gave; the same object keeps its handle. Private
 * token objects under a virtual login are remembered with their attributes; in passing they are not
 * even looked at, and the handle is CK_INVALID_HANDLE, as it is for private session objects of
 * another domain. What REAL named in a public search is looked at again when the backend was logged
 * in. */
CK_RV pf_object_found(PfCall *call, CK_OBJECT_HANDLE real, PfFoundHow how,
                      PfFoundObject *ret_found);

/* As pf_object_found(), in the next place of the order: for one listing of all objects. */
CK_RV pf_object_listed(PfCall *call, CK_OBJECT_HANDLE real);

/* Is the object private that this call made and that has no handle yet? */
bool pf_object_is_made_private(PfCall *call, CK_OBJECT_HANDLE real);

/* The handle for an object that this call made. IN_WINDOW: a private session object keeps the
 * window open as long as it lives, because a logout would destroy it. */
CK_RV pf_object_created(PfCall *call, CK_OBJECT_HANDLE real, bool in_window,
                        CK_OBJECT_HANDLE *ret_handle);

/* The object is destroyed, or its attributes changed (they are read again; window open). */
void pf_object_destroyed(PfCall *call, PfObject *object);
void pf_object_changed(PfCall *call, PfObject *object);

/* Calls VISIT for each remembered private object of the domain's login MARK, with the lock held. */
void pf_object_visit_private(PfModule *module, const PfDomain *domain, uint64_t mark,
                             void (*visit)(PfObject *object, void *data), void *data);

/* After a snapshot, in its window: what is remembered of this login and was not met is gone, and
 * so is what belongs to a login before. */
void pf_object_forget_unmet(PfCall *call, uint64_t mark);

/* Private objects of the session's domain that belong to another login than MARK. */
void pf_object_forget_login(PfCall *call, uint64_t mark);

/* Session objects of a session that closes. */
void pf_object_forget_session(PfCall *call);

/* Private objects of the session's domain after a virtual logout. Those that held the window let
 * go.
 */
void pf_object_forget_domain(PfCall *call);

/* Private objects of the slot that the backend has no more after a logout of its own. */
void pf_object_forget_gone(PfCall *call);

void pf_object_free_all(PfModule *module);
