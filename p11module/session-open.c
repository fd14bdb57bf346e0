/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How a session is opened, and another one for one that a reset of the card has ended. */
#include <stdlib.h>

#include "login.h"
#include "session-parts.h"

/* Passes a backend's notification on with the handle that the host knows. */
static CK_RV
on_backend_notification(CK_SESSION_HANDLE real, CK_NOTIFICATION event, void *application)
{
    const PfSession *session = application;
    return session->notify(session->handle, event, session->application);
}

static PfSession *
session_new(PfModule *module, PfSlot *slot, CK_FLAGS flags, void *application, CK_NOTIFY notify)
{
    /* Not calloc(): glibc's passes by what the thread has freed lately, and free() then tidies the
     * heap each time. */
    PfSession *session = malloc(sizeof *session);
    PfDomain *domain = pf_domain_of_host(module, slot);
    if (session == NULL || domain == NULL) {
        free(session);
        return NULL;
    }
    *session = (PfSession){
        .slot = slot,
        .domain = domain,
        .flags = flags,
        .application = application,
        .notify = notify,
        .references = 1, /* the table's */
        .is_counted = true,
    };
    return session;
}

/* Counts it first, then looks for an officer, who looks for it in the other order: one sees the
 * other (PKCS#11 2.40, 5.6: C_OpenSession). */
static CK_RV
enter_domain(PfModule *module, PfSession *session)
{
    PfDomain *domain = session->domain;
    bool is_read_only = (session->flags & CKF_RW_SESSION) == 0;
    if (pf_domain_session_opened(module, domain, is_read_only, &session->era))
        pf_session_end_closed(module, domain);
    if (!is_read_only || !pf_domain_has_officer_elsewhere(module, domain))
        return CKR_OK;
    pf_session_uncount(module, session);
    PF_BACKEND_CALL(session->slot->backend, C_CloseSession, session->real);
    return CKR_SESSION_READ_WRITE_SO_EXISTS;
}

/* Gives the session its handle. Returns false without memory. */
static bool
list_session(PfModule *module, PfSession *session, CK_SESSION_HANDLE *ret_handle)
{
    pthread_mutex_lock(&module->lock);
    session->handle = module->next_session++;
    HASH_ADD(hh, module->sessions, handle, sizeof session->handle, session);
    bool is_listed = session->hh.tbl != NULL;
    if (is_listed)
        *ret_handle = session->handle;
    pthread_mutex_unlock(&module->lock);
    return is_listed;
}

static CK_RV
open_real(PfSession *session, CK_SESSION_HANDLE *ret_real)
{
    bool has_notify = session->notify != NULL;
    return PF_BACKEND_CALL(session->slot->backend, C_OpenSession, session->slot->real,
                           session->flags, has_notify ? session : NULL,
                           has_notify ? on_backend_notification : NULL, ret_real);
}

static uint16_t
read_resets(const PfDomain *domain)
{
    const PfStateEntry *page = atomic_load_explicit(&domain->page, memory_order_acquire);
    return page != NULL ? atomic_load(&page->resets) : 0;
}

/* After a removal the session is to be as dead as its backend says. Where the login is the
 * backend's own, the question could be what ends it. */
static bool
is_lost_by_reset(PfCall *call, uint16_t resets)
{
    CK_SESSION_INFO info;
    PfDomainRef ref;
    PfTokenId token;
    CK_FLAGS flags;
    PfStanding standing = pf_domain_get_standing(call->module, call->session->domain, NULL);
    if (!pf_state_resets_is_reset(resets) || standing == PF_STANDING_REAL ||
        standing == PF_STANDING_SO)
        return false;
    CK_RV rv = PF_BACKEND_CALL(call->backend, C_GetSessionInfo, call->real, &info);
    pf_domain_get_ref_and_token(call->session->domain, &ref, &token);
    return (rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED) &&
           pf_slot_check_token(call->slot, &token, &flags) == CKR_OK;
}

/* Is the session the calling thread's to take up? Waits for another one that is about it, which
 * asks the backend no more than a call does. RET_RESETS: those that it is about. */
static bool
begin_taking_up(PfSession *session, uint16_t *ret_resets)
{
    PfSlot *slot = session->slot;
    pthread_mutex_lock(&slot->lock);
    while (session->is_being_taken_up)
        pthread_cond_wait(&slot->changed, &slot->lock);
    *ret_resets = read_resets(session->domain);
    bool is_mine = !pf_window_is_up(slot) && atomic_load(&session->seen_resets) != *ret_resets;
    session->is_being_taken_up = is_mine;
    pthread_mutex_unlock(&slot->lock);
    return is_mine;
}

void
pf_session_take_up(PfCall *call)
{
    PfSession *session = call->session;
    CK_SESSION_HANDLE real;
    uint16_t resets;
    if (begin_taking_up(session, &resets)) {
        call->real = session->real;
        if (is_lost_by_reset(call, resets) && open_real(session, &real) == CKR_OK) {
            atomic_store(&session->real, real);
            session->search.is_open_in_backend = false;
        }
        pthread_mutex_lock(&session->slot->lock);
        atomic_store(&session->seen_resets, resets);
        session->is_being_taken_up = false;
        pthread_cond_broadcast(&session->slot->changed);
        pthread_mutex_unlock(&session->slot->lock);
    }
}

CK_RV
pf_session_open(PfModule *module, PfSlot *slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
                CK_SESSION_HANDLE *ret_handle)
{
    CK_TOKEN_INFO info;
    PfSession *session = session_new(module, slot, flags, application, notify);
    if (session == NULL)
        return CKR_HOST_MEMORY;
    CK_SESSION_HANDLE real = CK_INVALID_HANDLE;
    CK_RV rv = open_real(session, &real);
    atomic_store(&session->real, real);
    if (rv == CKR_OK && !pf_slot_is_settled(slot))
        pf_slot_look(slot, &info);
    if (rv == CKR_OK)
        rv = enter_domain(module, session);
    atomic_store(&session->seen_resets, read_resets(session->domain));
    if (rv != CKR_OK) {
        pf_session_free(session);
        return rv;
    }
    if (!list_session(module, session, ret_handle)) {
        pf_session_uncount(module, session);
        PF_BACKEND_CALL(slot->backend, C_CloseSession, session->real);
        pf_session_free(session);
        return CKR_HOST_MEMORY;
    }
    return CKR_OK;
}
