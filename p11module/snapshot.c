/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The snapshot of private objects: taken in the login's window, refreshed in later ones. */
#include "snapshot.h"

#include <stdlib.h>

#include "object.h"
#include "search.h"

struct PfSnapshot {
    CK_OBJECT_HANDLE *real;
    size_t count;
};

static CK_BBOOL yes = CK_TRUE;

/* A session of its own: the host's may be in the middle of an operation. */
static CK_RV
find_in_own_session(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count,
                    CK_OBJECT_HANDLE **ret_real, size_t *ret_count)
{
    CK_SESSION_HANDLE own;
    CK_RV rv = PF_BACKEND_CALL(call->backend, C_OpenSession, call->slot->real, CKF_SERIAL_SESSION,
                               NULL, NULL, &own);
    if (rv != CKR_OK)
        return rv;
    rv = pf_search_backend(call->backend, own, template, count, false, ret_real, ret_count);
    PF_BACKEND_CALL(call->backend, C_CloseSession, own);
    return rv;
}

PfSnapshot *
pf_snapshot_take(PfCall *call)
{
    CK_ATTRIBUTE private_objects[] = {{CKA_PRIVATE, &yes, sizeof yes},
                                      {CKA_TOKEN, &yes, sizeof yes}};
    PfSnapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot != NULL && find_in_own_session(call, private_objects, 2, &snapshot->real,
                                                &snapshot->count) != CKR_OK) {
        free(snapshot);
        return NULL;
    }
    return snapshot;
}

void
pf_snapshot_adopt(PfCall *call, PfSnapshot *snapshot)
{
    uint64_t mark;
    CK_OBJECT_HANDLE handle;
    PfDomain *domain = call->session->domain;
    PfStanding standing = pf_domain_get_standing(call->module, domain, &mark);
    if (snapshot == NULL || standing != PF_STANDING_USER)
        return;
    for (size_t i = 0; i < snapshot->count; i++)
        pf_object_wrap(call, snapshot->real[i], 0, &handle, NULL);
    pf_object_forget_unmet(call, mark);
    pthread_mutex_lock(&call->slot->lock);
    domain->snapshot_mark = mark;
    domain->snapshot_objects =
        pf_agent_link_get_objects(call->module->link, domain->epoch, domain->entry);
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
                    domain->snapshot_objects ==
                        pf_agent_link_get_objects(call->module->link, domain->epoch, domain->entry);
    pthread_mutex_unlock(&call->slot->lock);
    if (is_fresh)
        return;
    PfSnapshot *snapshot = pf_snapshot_take(call);
    pf_snapshot_adopt(call, snapshot);
    pf_snapshot_free(snapshot);
}

CK_RV
pf_snapshot_find_again(PfCall *call, const PfAttributes *attributes, CK_OBJECT_HANDLE *ret_real)
{
    CK_ATTRIBUTE identity[PF_ATTRIBUTES_IDENTITY_MAX];
    CK_OBJECT_HANDLE *found = NULL;
    size_t count = 0;
    CK_ULONG length = pf_attributes_fill_identity(attributes, identity);
    CK_RV rv = find_in_own_session(call, identity, length, &found, &count);
    if (rv == CKR_OK && count != 1)
        rv = CKR_OBJECT_HANDLE_INVALID;
    if (rv == CKR_OK)
        *ret_real = found[0];
    free(found);
    return rv;
}
