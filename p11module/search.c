/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Searching: one pass over the backend, merged with the snapshot. */
#include "search.h"

#include <stdlib.h>

#include "object.h"
#include "window.h"

#define CHUNK 64u
/* How often a search is begun anew that another thread has ended. */
#define PASSING_TRIES 20

CK_RV
pf_search_backend(PfBackend *backend, CK_SESSION_HANDLE real, CK_ATTRIBUTE *template,
                  CK_ULONG count, bool keep_open, CK_OBJECT_HANDLE **ret_real, size_t *ret_count)
{
    CK_OBJECT_HANDLE *found = NULL;
    size_t total = 0;
    CK_RV rv = PF_BACKEND_CALL(backend, C_FindObjectsInit, real, template, count);
    if (rv == CKR_GENERAL_ERROR) /* SoftHSM has begun the search all the same */
        PF_BACKEND_CALL(backend, C_FindObjectsFinal, real);
    if (rv != CKR_OK)
        return rv;
    CK_ULONG least = backend->quirks.fills_lists ? CHUNK : 1;
    for (CK_ULONG got = CHUNK; rv == CKR_OK && got >= least;) {
        CK_OBJECT_HANDLE *grown = realloc(found, (total + CHUNK) * sizeof *found);
        if (grown == NULL) {
            rv = CKR_HOST_MEMORY;
            break;
        }
        found = grown;
        got = 0;
        rv = PF_BACKEND_CALL(backend, C_FindObjects, real, found + total, CHUNK, &got);
        if (rv == CKR_OK && got > CHUNK) /* more than there was room for */
            rv = CKR_GENERAL_ERROR;
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

/* What a search finds, until it is all there. */
typedef struct {
    PfFoundObject *items;
    size_t count;
    bool is_open_in_backend;
    uint64_t mark; /* the virtual login, or 0 */
    bool is_mixed; /* from several sources: in no order yet */
} Findings;

static CK_RV
append(Findings *findings, const PfFoundObject *item)
{
    if ((findings->count & (findings->count - 1)) == 0) {
        size_t room = findings->count == 0 ? 1 : findings->count * 2;
        PfFoundObject *grown = realloc(findings->items, room * sizeof *grown);
        if (grown == NULL)
            return CKR_HOST_MEMORY;
        findings->items = grown;
    }
    findings->items[findings->count++] = *item;
    return CKR_OK;
}

/* Which private objects a session may be told of the backend's matches. */
typedef enum {
    PRIVATE_NONE,
    PRIVATE_SESSION_OBJECTS, /* token objects come from the snapshot */
    PRIVATE_OF_BACKEND,      /* whatever it tells a session that is logged out */
    PRIVATE_ALL,
} PrivateShare;

static bool
is_told(const PfFoundObject *item, PrivateShare share)
{
    return !item->is_private || share == PRIVATE_ALL || share == PRIVATE_OF_BACKEND ||
           (share == PRIVATE_SESSION_OBJECTS && !item->is_token);
}

static PrivateShare
get_share(const PfCall *call, PfStanding standing)
{
    if (standing == PF_STANDING_USER)
        return PRIVATE_SESSION_OBJECTS;
    if (!pf_domain_is_backends(call->module, call->session->domain, standing))
        return PRIVATE_NONE;
    return standing == PF_STANDING_PUBLIC ? PRIVATE_OF_BACKEND : PRIVATE_ALL;
}

/* Gives the backend's matches their handles. */
static CK_RV
append_found(PfCall *call, const CK_OBJECT_HANDLE *real, size_t count, PfFoundHow how,
             PrivateShare share, Findings *findings)
{
    CK_RV rv = CKR_OK;
    for (size_t i = 0; i < count && rv == CKR_OK; i++) {
        PfFoundObject item;
        CK_RV known = pf_object_found(call, real[i], how, &item);
        if (known == CKR_OK && item.handle != CK_INVALID_HANDLE && is_told(&item, share))
            rv = append(findings, &item);
        /* Gone in between, or not to be read any more because the other's window is closed. */
        else if (known != CKR_OBJECT_HANDLE_INVALID && how != PF_FOUND_IN_PASSING)
            rv = known;
    }
    return rv;
}

/* Searches the backend in the host's session. IN_WINDOW: the caller has it open. */
static CK_RV
search_host_session(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count, PrivateShare share,
                    bool in_window, Findings *findings)
{
    CK_OBJECT_HANDLE *real = NULL;
    size_t found = 0;
    uint64_t before;
    uint64_t after;
    int tries = 0;
    int torn = 0;
    bool is_passing;
    CK_RV rv;
    /* The end of another thread's window ends the searches of some backends. */
    do {
        bool was_closed = pf_window_is_closed(call->slot, &before);
        rv = pf_search_backend(call->backend, call->real, template, count, true, &real, &found);
        is_passing = !in_window &&
                     (!was_closed || !pf_window_is_closed(call->slot, &after) || before != after);
    } while ((rv == CKR_OPERATION_NOT_INITIALIZED && is_passing && ++tries < PASSING_TRIES) ||
             pf_slot_was_disturbed(call->slot, rv, &torn));
    PfFoundHow how = in_window ? PF_FOUND_IN_WINDOW : PF_FOUND_LOGGED_OUT;
    if (is_passing)
        how = PF_FOUND_IN_PASSING;
    if (how == PF_FOUND_IN_PASSING && share == PRIVATE_OF_BACKEND)
        share = PRIVATE_NONE;
    findings->is_open_in_backend = rv == CKR_OK;
    if (rv == CKR_OK)
        rv = append_found(call, real, found, how, share, findings);
    free(real);
    return rv;
}

typedef struct {
    Findings *findings;
    const CK_ATTRIBUTE *template;
    CK_ULONG count;
    bool is_known;
    CK_RV rv;
} Matching;

static void
on_private_object(PfObject *object, void *data)
{
    Matching *matching = data;
    PfMatch match = pf_attributes_match(object->attributes, matching->template, matching->count);
    /* Another class of object is not looked for by its value, which nobody keeps of a key: NSS
     * searches for certificates so, at each handshake. */
    if (match == PF_MATCH_UNKNOWN) {
        matching->is_known = false;
    } else if (match == PF_MATCH_FULL && matching->rv == CKR_OK) {
        PfFoundObject item = {object->handle, object->order, true, true};
        matching->findings->is_mixed = true;
        matching->rv = append(matching->findings, &item);
    }
}

/* Searches the backend itself, logged in. */
static CK_RV
search_in_window(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count, Findings *findings)
{
    CK_RV rv = pf_window_acquire(call, &(PfUse){.operation = "find", .is_look = true});
    if (rv != CKR_OK)
        return rv;
    if (findings->is_open_in_backend)
        PF_BACKEND_CALL(call->backend, C_FindObjectsFinal, call->real);
    findings->is_open_in_backend = false;
    findings->count = 0;
    rv = search_host_session(call, template, count, PRIVATE_ALL, true, findings);
    pf_window_release(call);
    return rv;
}

/* Adds what the snapshot has; asks the token only for what it does not hold. */
static CK_RV
append_private(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count, uint64_t mark,
               Findings *findings)
{
    PfDomain *domain = call->session->domain;
    /* A backend that takes a count without a template took it for an empty one. */
    Matching matching = {findings, template, template != NULL ? count : 0, true, CKR_OK};
    pthread_mutex_lock(&call->slot->lock);
    bool has_snapshot = domain->snapshot_mark == mark;
    pthread_mutex_unlock(&call->slot->lock);
    if (has_snapshot)
        pf_object_visit_private(call->module, domain, mark, on_private_object, &matching);
    if (has_snapshot && matching.is_known)
        return matching.rv;
    CK_RV rv = search_in_window(call, template, count, findings);
    /* The PIN was forgotten and nobody gave it: what is public was found. */
    return rv == CKR_USER_NOT_LOGGED_IN ? CKR_OK : rv;
}

static int
compare_order(const void *a, const void *b)
{
    const PfFoundObject *left = a;
    const PfFoundObject *right = b;
    return left->order < right->order ? -1 : left->order > right->order;
}

/* As the backend would have listed them, logged in. */
static void
put_in_order(Findings *findings)
{
    if (findings->is_mixed)
        qsort(findings->items, findings->count, sizeof *findings->items, compare_order);
}

/* One thread at a time begins or ends a search; the others are told that there is one or is none.
 * Nobody looks at what was found before it is active, so that no lock is needed for this. */
static bool
begin(PfSearch *search)
{
    PfSearchState none = PF_SEARCH_NONE;
    return atomic_compare_exchange_strong(&search->state, &none, PF_SEARCH_BUSY);
}

/* Takes an active search from those who may be handing out what it found. */
static bool
take(PfCall *call)
{
    pthread_mutex_lock(&call->slot->lock);
    bool is_mine = call->session->search.state == PF_SEARCH_ACTIVE;
    if (is_mine)
        call->session->search.state = PF_SEARCH_BUSY;
    pthread_mutex_unlock(&call->slot->lock);
    return is_mine;
}

static CK_RV
find_all(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count, Findings *findings)
{
    uint64_t mark;
    PfStanding standing = pf_domain_get_standing(call->module, call->session->domain, &mark);
    findings->mark = standing == PF_STANDING_USER ? mark : 0;
    CK_RV rv =
        search_host_session(call, template, count, get_share(call, standing), false, findings);
    if (standing == PF_STANDING_USER && (rv == CKR_OK || rv == CKR_USER_NOT_LOGGED_IN))
        rv = append_private(call, template, count, mark, findings);
    return rv;
}

/* The backend's own search is still open: it says what it thinks of the arguments and of two. */
static CK_RV
refuse_second(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count)
{
    CK_RV rv = CKR_OPERATION_ACTIVE;
    PfSearch *search = &call->session->search;
    if (search->state == PF_SEARCH_ACTIVE && search->is_open_in_backend)
        rv = PF_BACKEND_CALL(call->backend, C_FindObjectsInit, call->real, template, count);
    if (rv != CKR_OK)
        return rv;
    /* Another thread has ended the first one meanwhile, and nobody would end this one. */
    PF_BACKEND_CALL(call->backend, C_FindObjectsFinal, call->real);
    return CKR_OPERATION_ACTIVE;
}

CK_RV
pf_search_begin(PfCall *call, CK_ATTRIBUTE *template, CK_ULONG count)
{
    if (!begin(&call->session->search))
        return refuse_second(call, template, count);
    Findings findings = {0};
    PfSearch *search = &call->session->search;
    CK_RV rv = find_all(call, template, count, &findings);
    if (rv != CKR_OK) {
        if (findings.is_open_in_backend)
            PF_BACKEND_CALL(call->backend, C_FindObjectsFinal, call->real);
        free(findings.items);
        search->state = PF_SEARCH_NONE;
        return rv;
    }
    put_in_order(&findings);
    search->is_open_in_backend = findings.is_open_in_backend;
    search->found = findings.items;
    search->count = findings.count;
    search->next = 0;
    search->mark = findings.mark;
    search->state = PF_SEARCH_ACTIVE;
    return CKR_OK;
}

/* The login in which the search was begun may have been taken away since: then what is private is
 * not told any more. */
static void
drop_lost(PfCall *call)
{
    PfSearch *search = &call->session->search;
    PfDomain *domain = call->session->domain;
    PfObject *object;
    uint64_t now;
    size_t kept = 0;
    uint64_t mark = search->mark;
    pf_domain_get_standing(call->module, domain, &now);
    if (mark == 0 || mark == now || !pf_domain_is_ended_elsewhere(call->module, domain, mark) ||
        !take(call))
        return;
    for (size_t i = search->next; i < search->count; i++) {
        if (pf_object_acquire(call, search->found[i].handle, &object) != CKR_OK)
            continue;
        search->found[kept++] = search->found[i];
        pf_object_release(object);
    }
    search->next = 0;
    search->count = kept;
    search->mark = 0;
    search->state = PF_SEARCH_ACTIVE;
}

/* Hands out what is left, at most MAX handles. Returns false when no search is active. */
static bool
hand_out(PfCall *call, CK_OBJECT_HANDLE *handles, CK_ULONG max, CK_ULONG *ret_count)
{
    PfSearch *search = &call->session->search;
    CK_ULONG given = 0;
    pthread_mutex_lock(&call->slot->lock);
    bool is_active = search->state == PF_SEARCH_ACTIVE;
    while (is_active && given < max && search->next < search->count)
        handles[given++] = search->found[search->next++].handle;
    pthread_mutex_unlock(&call->slot->lock);
    if (is_active)
        *ret_count = given;
    return is_active;
}

CK_RV
pf_search_next(PfCall *call, CK_OBJECT_HANDLE *handles, CK_ULONG max, CK_ULONG *ret_count)
{
    /* What is asked in an odd way is the backend's to judge; its own search has nothing left. */
    if (handles == NULL || ret_count == NULL || max == 0)
        return PF_BACKEND_CALL(call->backend, C_FindObjects, call->real, handles, max, ret_count);
    drop_lost(call);
    return hand_out(call, handles, max, ret_count) ? CKR_OK : CKR_OPERATION_NOT_INITIALIZED;
}

CK_RV
pf_search_end(PfCall *call)
{
    PfSearch *search = &call->session->search;
    if (!take(call))
        return CKR_OPERATION_NOT_INITIALIZED;
    CK_RV rv = CKR_OK;
    if (search->is_open_in_backend)
        rv = PF_BACKEND_CALL(call->backend, C_FindObjectsFinal, call->real);
    free(search->found);
    search->found = NULL;
    search->state = PF_SEARCH_NONE;
    /* The host's search is over whatever became of the backend's. */
    return rv == CKR_OPERATION_NOT_INITIALIZED ? CKR_OK : rv;
}
