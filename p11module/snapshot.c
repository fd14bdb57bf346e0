/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The snapshot of private objects: taken in the login's window, refreshed in later ones. */
#include "snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "search.h"

struct PfSnapshot {
    CK_OBJECT_HANDLE *real;
    size_t count;
};

CK_RV
pf_snapshot_open_session(PfCall *call, CK_SESSION_HANDLE *ret_own)
{
    return PF_BACKEND_CALL(call->backend, C_OpenSession, call->slot->real, CKF_SERIAL_SESSION, NULL,
                           NULL, ret_own);
}

/* Everything, and not the private objects alone: the order of a search is that of the backend, and
 * programs that take the first key they find depend on it. */
PfSnapshot *
pf_snapshot_take(PfCall *call)
{
    CK_SESSION_HANDLE own;
    PfSnapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL)
        return NULL;
    CK_RV rv = pf_snapshot_open_session(call, &own);
    if (rv == CKR_OK) {
        rv = pf_search_backend(call->backend, own, NULL, 0, false, &snapshot->real,
                               &snapshot->count);
        PF_BACKEND_CALL(call->backend, C_CloseSession, own);
    }
    if (rv != CKR_OK) {
        free(snapshot);
        return NULL;
    }
    return snapshot;
}

void
pf_snapshot_adopt(PfCall *call, PfSnapshot *snapshot)
{
    uint64_t mark;
    PfDomain *domain = call->session->domain;
    PfStanding standing = pf_domain_get_standing(call->module, domain, &mark);
    if (snapshot == NULL || standing != PF_STANDING_USER)
        return;
    CK_RV rv = CKR_OK;
    for (size_t i = 0; i < snapshot->count && rv == CKR_OK; i++) {
        rv = pf_object_listed(call, snapshot->real[i]);
        if (rv == CKR_OBJECT_HANDLE_INVALID) /* gone meanwhile */
            rv = CKR_OK;
    }
    /* Half a snapshot would hide objects: the next search takes another one. */
    if (rv != CKR_OK)
        return;
    pf_object_forget_unmet(call, mark);
    pthread_mutex_lock(&call->slot->lock);
    domain->snapshot_mark = mark;
    domain->snapshot_objects = pf_snapshot_get_generation(call);
    pthread_mutex_unlock(&call->slot->lock);
}

void
pf_snapshot_free(PfSnapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    free(snapshot->real);
    free(snapshot);
}

void
pf_snapshot_refresh(PfCall *call)
{
    uint64_t mark;
    PfDomain *domain = call->session->domain;
    if (pf_domain_get_standing(call->module, domain, &mark) != PF_STANDING_USER)
        return;
    pthread_mutex_lock(&call->slot->lock);
    bool is_fresh = domain->snapshot_mark == mark &&
                    domain->snapshot_objects == pf_snapshot_get_generation(call);
    pthread_mutex_unlock(&call->slot->lock);
    if (is_fresh)
        return;
    PfSnapshot *snapshot = pf_snapshot_take(call);
    pf_snapshot_adopt(call, snapshot);
    pf_snapshot_free(snapshot);
}

uint64_t
pf_snapshot_get_generation(PfCall *call)
{
    PfPlace place = pf_domain_get_place(call->session->domain);
    return pf_agent_link_get_objects(call->module->link, place.epoch, place.entry);
}

void
pf_snapshot_skip_generation(PfCall *call, uint64_t before)
{
    PfDomain *domain = call->session->domain;
    uint64_t after = pf_snapshot_get_generation(call);
    pthread_mutex_lock(&call->slot->lock);
    /* More than one step: somebody else has changed something too. */
    if (domain->snapshot_objects == before && after == before + 1)
        domain->snapshot_objects = after;
    pthread_mutex_unlock(&call->slot->lock);
}

/* How many of the backend's matches have just this identity; RET_REAL is the last of them. Without
 * memory there is no number: one too few would make another object the only one. */
static CK_RV
count_same(PfCall *call, CK_SESSION_HANDLE own, const PfAttributes *attributes,
           const CK_OBJECT_HANDLE *found, size_t count, CK_OBJECT_HANDLE *ret_real,
           size_t *ret_count)
{
    size_t same = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_same;
        CK_RV rv = pf_attributes_check_identity(attributes, call->backend, own, found[i], &is_same);
        if (rv != CKR_OK)
            return rv;
        if (is_same)
            *ret_real = found[i];
        same += is_same;
    }
    *ret_count = same;
    return CKR_OK;
}

/* What is enough to find a key whose backend compares public components: class and component. */
#define KEY_TEMPLATE_LENGTH 2

/* Would the backend's search have found another key as well? Asked by one that there is not:
 * TEMPLATE, class and public component, with one bit changed. */
static bool
tells_keys_apart(PfCall *call, CK_SESSION_HANDLE own, const CK_ATTRIBUTE *template)
{
    CK_ATTRIBUTE other[KEY_TEMPLATE_LENGTH];
    CK_OBJECT_HANDLE *found = NULL;
    size_t count = 0;
    memcpy(other, template, sizeof other);
    CK_ATTRIBUTE *component = &other[KEY_TEMPLATE_LENGTH - 1];
    unsigned char *changed = malloc(component->ulValueLen);
    if (changed == NULL)
        return false;
    memcpy(changed, component->pValue, component->ulValueLen);
    changed[component->ulValueLen - 1] ^= 1;
    component->pValue = changed;
    CK_RV rv =
        pf_search_backend(call->backend, own, other, KEY_TEMPLATE_LENGTH, false, &found, &count);
    free(found);
    free(changed);
    return rv == CKR_OK && count == 0;
}

/* The one object that TEMPLATE finds, which is not read: class and public component are a key. */
static bool
find_key(PfCall *call, CK_SESSION_HANDLE own, CK_ATTRIBUTE *template, CK_OBJECT_HANDLE *ret_real)
{
    CK_OBJECT_HANDLE *found = NULL;
    size_t count = 0;
    CK_RV rv =
        pf_search_backend(call->backend, own, template, KEY_TEMPLATE_LENGTH, false, &found, &count);
    bool is_found = rv == CKR_OK && count == 1;
    if (is_found)
        *ret_real = found[0];
    free(found);
    return is_found;
}

/* Searches by TEMPLATE and compares what is found. */
static CK_RV
find_by(PfCall *call, CK_SESSION_HANDLE own, const PfAttributes *attributes, CK_ATTRIBUTE *template,
        CK_ULONG length, CK_OBJECT_HANDLE *ret_real, size_t *ret_count)
{
    CK_OBJECT_HANDLE *found = NULL;
    size_t count = 0;
    CK_RV rv = pf_search_backend(call->backend, own, template, length, false, &found, &count);
    if (rv != CKR_OK)
        return rv;
    rv = count_same(call, own, attributes, found, count, ret_real, ret_count);
    free(found);
    return rv;
}

/* By everything that tells the object from others. */
static CK_RV
find_by_identity(PfCall *call, CK_SESSION_HANDLE own, const PfAttributes *attributes,
                 CK_ATTRIBUTE *template, CK_ULONG length, CK_OBJECT_HANDLE *ret_real,
                 size_t *ret_count)
{
    CK_RV rv = find_by(call, own, attributes, template, length, ret_real, ret_count);
    /* Some do not find what they do not compare: then among all of the class. */
    if (rv == CKR_OK && *ret_count == 0 && length > 1)
        rv = find_by(call, own, attributes, template, 1, ret_real, ret_count);
    return rv;
}

CK_RV
pf_snapshot_find_again(PfCall *call, const PfAttributes *attributes, CK_OBJECT_HANDLE *ret_real,
                       size_t *ret_count)
{
    CK_SESSION_HANDLE own;
    CK_ATTRIBUTE template[PF_ATTRIBUTES_SEARCH_MAX];
    bool is_key;
    CK_ULONG length = pf_attributes_fill_search(attributes, template, &is_key);
    CK_RV rv = pf_snapshot_open_session(call, &own);
    if (rv != CKR_OK)
        return rv;
    *ret_count = 0;
    if (is_key && atomic_load(&call->backend->compares_components) &&
        find_key(call, own, template, ret_real)) {
        *ret_count = 1;
    } else {
        rv = find_by_identity(call, own, attributes, template, length, ret_real, ret_count);
        if (rv == CKR_OK && *ret_count == 1 && is_key && tells_keys_apart(call, own, template))
            atomic_store(&call->backend->compares_components, true);
    }
    PF_BACKEND_CALL(call->backend, C_CloseSession, own);
    return rv;
}
