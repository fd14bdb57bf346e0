/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Searching: one pass over the backend, merged with the snapshot. */
#include "search.h"

#include <stdlib.h>

#include "object.h"
#include "window.h"

#define CHUNK 64u

CK_RV
pf_search_backend(PfBackend *backend, CK_SESSION_HANDLE real, CK_ATTRIBUTE *template,
                  CK_ULONG count, bool keep_open, CK_OBJECT_HANDLE **ret_real, size_t *ret_count)
{
    CK_OBJECT_HANDLE *found = NULL;
    size_t total = 0;
    CK_RV rv = PF_BACKEND_CALL(backend, C_FindObjectsInit, real, template, count);
    if (rv != CKR_OK)
        return rv;
    for (CK_ULONG got = CHUNK; rv == CKR_OK && got > 0;) {
        CK_OBJECT_HANDLE *grown = realloc(found, (total + CHUNK) * sizeof *found);
        if (grown == NULL) {
            rv = CKR_HOST_MEMORY;
            break;
        }
        found = grown;
        got = 0;
        rv = PF_BACKEND_CALL(backend, C_FindObjects, real, found + total, CHUNK, &got);
        total += rv == CKR_OK ? got : 0;
    }
    if (rv != CKR_OK || !keep_open)
        PF_BACKEND_CALL(backend, C_FindObjectsFinal, real);
    if (rv != CKR_OK) {
        free(found);
        return rv;
    }
    *ret_real = found;
    *ret_count = total;
    return CKR_OK;
}

static CK_RV
append(PfSearch *search, CK_OBJECT_HANDLE handle)
{
    if ((search->count & (search->count - 1)) == 0) {
        size_t room = search->count == 0 ? 1 : search->count * 2;
        CK_OBJECT_HANDLE *grown = realloc(search->handles, room * sizeof *grown);
        if (grown == NULL)
            return CKR_HOST_MEMORY;
        search->handles = grown;
    }
    search->handles[search->count++] = handle;
    return CKR_OK;
}

/* Which private objects a session may be told of the backend's matches. */
typedef enum {
    PRIVATE_NONE,
    PRIVATE_SESSION_OBJECTS, /* token objects come from the snapshot */
    PRIVATE_ALL,
} PrivateShare;

static bool
is_told(const PfObjectKind *kind, PrivateShare share)
{
    return !kind->is_private || share == PRIVATE_ALL ||
           (share == PRIVATE_SESSION_OBJECTS && !kind->is_token);
}

static PrivateShare
share_of(PfStanding standing)
{
    switch (standing) {
    case PF_STANDING_REAL:
        return PRIVATE_ALL;
    case PF_STANDING_USER:
        return PRIVATE_SESSION_OBJECTS;
    default:
        return PRIVATE_NONE;
    }
}

static CK_RV
append_found(PfCall *call, const CK_OBJECT_HANDLE *real, size_t count, PrivateShare share)
{
    CK_RV rv = CKR_OK;
    for (size_t i = 0; i < count && rv == CKR_OK; i++) {
        CK_OBJECT_HANDLE handle;
        PfObjectKind kind;
        if (pf_object_wrap(call, real[i], 0, &handle, &kind) != CKR_OK)
            continue; /* gone in between */
        if (is_told(&kind, share))
            rv = append(&call->session->search, handle);
    }
    return rv;
}

typedef struct {
    PfSearch *search;
    const CK_ATTRIBUTE *template;
    CK_ULONG count;
    bool is_covered;
    CK_RV rv;
} Matching;

static void
on_private_object(PfObject *object, void *data)
{
    Matching *matching = data;
    if (!pf_attributes_cover(object->attributes, matching->template, matching->count)) {
        matching->is_covered = false;
    } else if (matching->rv == CKR_OK &&
               pf_attributes_match(object->attributes, matching->template, matching->count)) {
        matching->rv = append(matching->search, object->handle);
    }
}

/* Searches the backend itself, logged in. */
static CK_RV
search_in_window(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count)
{
    CK_OBJECT_HANDLE *real = NULL;
    size_t found = 0;
    PfSearch *search = &call->session->search;
    CK_RV rv = pf_window_acquire(call, NULL);
    if (rv != CKR_OK)
        return rv;
    if (search->is_open_in_backend)
        PF_BACKEND_CALL(call->backend, C_FindObjectsFinal, call->real);
    search->is_open_in_backend = false;
    search->count = 0;
    rv = pf_search_backend(call->backend, call->real, template, count, true, &real, &found);
    search->is_open_in_backend = rv == CKR_OK;
    if (rv == CKR_OK)
        rv = append_found(call, real, found, PRIVATE_ALL);
    free(real);
    pf_window_release(call);
    return rv;
}

/* Adds what the snapshot has; asks the token only for what it does not hold. */
static CK_RV
append_private(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count, uint64_t mark)
{
    PfDomain *domain = call->session->domain;
    Matching matching = {&call->session->search, template, count, true, CKR_OK};
    pthread_mutex_lock(&call->slot->lock);
    bool has_snapshot = domain->snapshot_mark == mark;
    pthread_mutex_unlock(&call->slot->lock);
    if (has_snapshot)
        pf_object_visit_private(call->module, domain, mark, on_private_object, &matching);
    if (has_snapshot && matching.is_covered)
        return matching.rv;
    CK_RV rv = search_in_window(call, template, count);
    /* The PIN was forgotten and nobody gave it: what is public was found. */
    return rv == CKR_USER_NOT_LOGGED_IN ? CKR_OK : rv;
}

static void
reset(PfSearch *search)
{
    free(search->handles);
    *search = (PfSearch){0};
}

CK_RV
pf_search_begin(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count)
{
    PfSearch *search = &call->session->search;
    uint64_t mark;
    CK_OBJECT_HANDLE *real = NULL;
    size_t found = 0;
    if (search->is_active)
        return CKR_OPERATION_ACTIVE;
    if (template == NULL && count > 0)
        return CKR_ARGUMENTS_BAD;
    reset(search);
    PfStanding standing = pf_domain_get_standing(call->module, call->session->domain, &mark);
    CK_RV rv = pf_search_backend(call->backend, call->real, template, count, true, &real, &found);
    search->is_open_in_backend = rv == CKR_OK;
    if (rv == CKR_OK)
        rv = append_found(call, real, found, share_of(standing));
    free(real);
    if (standing == PF_STANDING_USER && (rv == CKR_OK || rv == CKR_USER_NOT_LOGGED_IN))
        rv = append_private(call, template, count, mark);
    search->is_active = rv == CKR_OK;
    if (rv != CKR_OK) {
        if (search->is_open_in_backend)
            PF_BACKEND_CALL(call->backend, C_FindObjectsFinal, call->real);
        reset(search);
    }
    return rv;
}

CK_RV
pf_search_next(PfCall *call, CK_OBJECT_HANDLE *handles, CK_ULONG max, CK_ULONG *ret_count)
{
    PfSearch *search = &call->session->search;
    if (handles == NULL || ret_count == NULL)
        return CKR_ARGUMENTS_BAD;
    if (!search->is_active)
        return CKR_OPERATION_NOT_INITIALIZED;
    CK_ULONG given = 0;
    while (given < max && search->next < search->count)
        handles[given++] = search->handles[search->next++];
    *ret_count = given;
    return CKR_OK;
}

CK_RV
pf_search_end(PfCall *call)
{
    PfSearch *search = &call->session->search;
    if (!search->is_active)
        return CKR_OPERATION_NOT_INITIALIZED;
    CK_RV rv = CKR_OK;
    if (search->is_open_in_backend)
        rv = PF_BACKEND_CALL(call->backend, C_FindObjectsFinal, call->real);
    reset(search);
    /* The host's search is over whatever became of the backend's. */
    return rv == CKR_OPERATION_NOT_INITIALIZED ? CKR_OK : rv;
}
