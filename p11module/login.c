/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_Login and C_Logout over virtual and real logins. */
#include "login.h"

#include <time.h>

#include "object.h"
#include "pin-rules.h"
#include "prompt.h"
#include "snapshot.h"
#include "window.h"

static CK_RV
login_backend(PfCall *call, CK_USER_TYPE type, const void *pin, CK_ULONG pin_len)
{
    return PF_BACKEND_CALL(call->backend, C_Login, call->real, type, (CK_BYTE *)pin, pin_len);
}

static void
set_real_login(PfCall *call)
{
    pthread_mutex_lock(&call->slot->lock);
    call->slot->has_user_login = true;
    call->slot->user_logins++;
    pthread_mutex_unlock(&call->slot->lock);
}

/* The backend's login as it is: mode off, no agent, a pinpad, no login required. */
static CK_RV
login_really(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    CK_RV rv = pf_window_begin_login(call);
    if (rv != CKR_OK)
        return rv;
    rv = login_backend(call, CKU_USER, pin, pin_len);
    if (rv == CKR_OK)
        set_real_login(call);
    pf_window_end_login(call, false);
    return rv;
}

/* After a backend login that proved the PIN, when the agent keeps it or not: ends the backend's
 * login, or leaves it to the host. The slot is taken. */
static void
settle_login(PfCall *call, bool is_cached, PfSnapshot *snapshot)
{
    if (is_cached)
        pf_snapshot_adopt(call, snapshot);
    else
        set_real_login(call);
    pf_snapshot_free(snapshot);
    pf_window_end_login(call, is_cached);
}

/* Did another thread log the domain in while this one waited for the slot? */
static bool
is_logged_in(PfCall *call)
{
    PfDomain *domain = call->session->domain;
    return pf_domain_get_standing(call->module, domain, NULL) == PF_STANDING_USER &&
           !pf_domain_is_asleep(call->module, domain);
}

/* An explicit PIN: the backend's verdict is the answer, whatever the agent does (DESIGN 4.1). */
static CK_RV
login_by_proof(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    PfDomainRef ref;
    CK_RV rv = pf_window_begin_login(call);
    if (rv != CKR_OK)
        return rv;
    if (is_logged_in(call)) {
        pf_window_end_login(call, false);
        return CKR_USER_ALREADY_LOGGED_IN;
    }
    pf_domain_get_ref(call->session->domain, &ref);
    rv = login_backend(call, CKU_USER, pin, pin_len);
    if (rv != CKR_OK) {
        pf_window_end_login(call, false);
        if (pf_pin_rule_is_rejection(rv)) {
            PfTokenReport report = {.token_flags = pf_slot_read_flags(call->slot),
                                    .hardware = call->slot->is_hardware};
            pf_agent_link_report_token(call->module->link, ref.token,
                                       PF_TOKEN_EVENT_EXPLICIT_REJECTED, &report);
        }
        return rv;
    }
    PfSnapshot *snapshot = pf_snapshot_take(call);
    PfLinkStatus status = pf_agent_link_store_login(call->module->link, &ref, pin, pin_len,
                                                    pf_slot_read_flags(call->slot));
    settle_login(call, status == PF_LINK_OK, snapshot);
    return CKR_OK;
}

/* Presents a leased PIN to the token it is for, and ends the lease. The slot is taken, or the
 * window is this thread's to open. RET_CACHED may be NULL. */
static CK_RV
present_lease(PfCall *call, PfLease *lease, bool is_typed, bool *ret_cached,
              PfSnapshot **ret_snapshot)
{
    CK_FLAGS flags = 0;
    PfLeaseResult result = PF_LEASE_UNUSED;
    CK_RV rv = pf_slot_check_token(call->slot, &call->session->domain->token, &flags);
    /* A person may use the last try; a cached PIN may not (DESIGN 6). */
    if (rv == CKR_OK && !is_typed && !pf_pin_rule_may_present_cached(flags))
        rv = CKR_USER_NOT_LOGGED_IN;
    if (rv == CKR_OK) {
        rv = login_backend(call, CKU_USER, pf_secret_get_bytes(lease->pin),
                           pf_secret_get_length(lease->pin));
        if (rv == CKR_OK)
            result = PF_LEASE_OK;
        else if (pf_pin_rule_is_rejection(rv))
            result = PF_LEASE_REJECTED;
        if (rv == CKR_OK && ret_snapshot != NULL)
            *ret_snapshot = pf_snapshot_take(call);
        flags = pf_slot_read_flags(call->slot);
    }
    pf_secret_clear(&lease->pin);
    pf_agent_link_end_lease(call->module->link, lease->id, result, flags, ret_cached);
    return rv;
}

/* One answer of the dialog, presented. CKR_PIN_INCORRECT: the dialog is still open. */
static CK_RV
login_by_lease(PfCall *call, PfLease *lease)
{
    bool is_cached = false;
    PfSnapshot *snapshot = NULL;
    CK_RV rv = pf_window_begin_login(call);
    if (rv != CKR_OK) {
        pf_secret_clear(&lease->pin);
        pf_agent_link_end_lease(call->module->link, lease->id, PF_LEASE_UNUSED, 0, NULL);
        return rv;
    }
    rv = present_lease(call, lease, true, &is_cached, &snapshot);
    if (rv == CKR_OK)
        settle_login(call, is_cached, snapshot);
    else
        pf_window_end_login(call, false);
    return rv;
}

/* What may come out of a login without a PIN: a wrong PIN would make browsers ask for ever. */
static CK_RV
answer_of_prompt(CK_RV rv)
{
    switch (rv) {
    case CKR_OK:
    case CKR_FUNCTION_CANCELED:
    case CKR_USER_ALREADY_LOGGED_IN:
    case CKR_USER_ANOTHER_ALREADY_LOGGED_IN:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
    case CKR_DEVICE_ERROR:
    case CKR_DEVICE_MEMORY:
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
        return rv;
    default:
        return CKR_FUNCTION_CANCELED;
    }
}

static CK_RV
login_by_prompt(PfCall *call)
{
    PfLease lease = {0};
    CK_RV rv;
    do {
        rv = pf_prompt_ask(call, "login", NULL, lease.id, &lease);
        if (rv == CKR_OK)
            rv = login_by_lease(call, &lease);
    } while (pf_pin_rule_is_rejection(rv));
    return answer_of_prompt(rv);
}

static CK_RV
login_without_pin(PfCall *call)
{
    PfDomain *domain = call->session->domain;
    uint64_t start = pf_window_now();
    CK_RV rv;
    pf_domain_prepare(call->module, domain);
    switch (pf_domain_get_standing(call->module, domain, NULL)) {
    case PF_STANDING_SO:
        rv = CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
        break;
    case PF_STANDING_REAL:
        rv = CKR_USER_ALREADY_LOGGED_IN;
        break;
    case PF_STANDING_USER:
        if (is_logged_in(call)) {
            rv = CKR_USER_ALREADY_LOGGED_IN;
            break;
        }
        __attribute__((fallthrough));
    default:
        rv = login_by_prompt(call);
        break;
    }
    pf_prompt_hold_back(start);
    return rv;
}

CK_RV
pf_login_user(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    PfDomain *domain = call->session->domain;
    if (pin == NULL && call->slot->shows_protected_path)
        return login_without_pin(call);
    bool can_cache = pf_domain_prepare(call->module, domain);
    PfStanding standing = pf_domain_get_standing(call->module, domain, NULL);
    if (is_logged_in(call))
        return CKR_USER_ALREADY_LOGGED_IN;
    /* No PIN and no flag: the backend has its own answer, and no PIN to keep. */
    if (pin == NULL || !can_cache || call->slot->has_pinpad || standing == PF_STANDING_REAL ||
        standing == PF_STANDING_SO)
        return login_really(call, pin, pin_len);
    return login_by_proof(call, pin, pin_len);
}

CK_RV
pf_login_other(PfCall *call, CK_USER_TYPE type, CK_BYTE *pin, CK_ULONG pin_len)
{
    if (type != CKU_SO)
        return login_backend(call, type, pin, pin_len);
    if (pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER)
        return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
    CK_RV rv = pf_window_begin_login(call);
    if (rv != CKR_OK)
        return rv;
    rv = login_backend(call, type, pin, pin_len);
    if (rv == CKR_OK) {
        pthread_mutex_lock(&call->slot->lock);
        call->slot->has_so_login = true;
        pthread_mutex_unlock(&call->slot->lock);
    }
    pf_window_end_login(call, false);
    return rv;
}

static void
on_session_of_logout(PfCall *call, void *data)
{
    const PfCall *logout = data;
    if (call->session->domain == logout->session->domain)
        pf_operation_drop_all(call);
}

/* The virtual login ends: for all members at the agent first, then here. */
static CK_RV
end_virtual_login(PfCall *call)
{
    PfDomainRef ref;
    pf_domain_get_ref(call->session->domain, &ref);
    pf_agent_link_logout(call->module->link, &ref);
    pf_session_visit(call->module, call->slot, on_session_of_logout, call);
    pf_object_forget_private(call);
    pf_window_close_lingering(call->module, call->slot, UINT64_MAX);
    return CKR_OK;
}

static CK_RV
end_real_login(PfCall *call)
{
    CK_RV rv = PF_BACKEND_CALL(call->backend, C_Logout, call->real);
    if (rv != CKR_OK && rv != CKR_USER_NOT_LOGGED_IN)
        return rv;
    pthread_mutex_lock(&call->slot->lock);
    call->slot->has_user_login = false;
    call->slot->has_so_login = false;
    call->slot->window.epoch++;
    pthread_mutex_unlock(&call->slot->lock);
    pf_object_forget_private(call);
    return rv;
}

CK_RV
pf_login_end(PfCall *call)
{
    switch (pf_domain_get_standing(call->module, call->session->domain, NULL)) {
    case PF_STANDING_USER:
        return end_virtual_login(call);
    case PF_STANDING_REAL:
    case PF_STANDING_SO:
        return end_real_login(call);
    default:
        /* The backend may be logged in for another domain's window: it is not asked. */
        return pf_domain_is_virtual(call->module, call->session->domain)
                   ? CKR_USER_NOT_LOGGED_IN
                   : PF_BACKEND_CALL(call->backend, C_Logout, call->real);
    }
}

/* The PIN was forgotten and nobody gives it: the sessions are public from now on (DESIGN 4.7). */
static CK_RV
give_up(PfCall *call)
{
    PfDomainRef ref;
    pf_domain_get_ref(call->session->domain, &ref);
    pf_agent_link_logout(call->module->link, &ref);
    return CKR_USER_NOT_LOGGED_IN;
}

static CK_RV
wake(PfCall *call, const char *key_label, bool *ret_is_foreign)
{
    PfLease lease = {0};
    bool is_cached = false;
    CK_RV rv;
    do {
        rv = pf_prompt_ask(call, "wake", key_label, lease.id, &lease);
        if (rv == CKR_OK)
            rv = present_lease(call, &lease, true, &is_cached, NULL);
    } while (pf_pin_rule_is_rejection(rv));
    if (rv == CKR_FUNCTION_CANCELED)
        return give_up(call);
    if (rv == CKR_OK && !is_cached) {
        set_real_login(call); /* caching was switched off meanwhile: the login stays the host's */
        *ret_is_foreign = true;
    }
    return rv;
}

/* A rejected PIN is wiped everywhere by now; the operation simply is not allowed any more. */
static CK_RV
answer_of_window(CK_RV rv, bool *ret_is_foreign)
{
    if (rv == CKR_USER_ALREADY_LOGGED_IN) {
        *ret_is_foreign = true;
        return CKR_OK;
    }
    switch (rv) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_LOCKED:
    case CKR_PIN_EXPIRED:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
        return CKR_USER_NOT_LOGGED_IN;
    default:
        return rv;
    }
}

CK_RV
pf_login_for_window(PfCall *call, const char *key_label, bool *ret_is_foreign)
{
    PfLease lease = {0};
    PfDomainRef ref;
    if (call->module->link == NULL)
        return CKR_USER_NOT_LOGGED_IN;
    pf_domain_get_ref(call->session->domain, &ref);
    switch (pf_agent_link_take_pin(call->module->link, &ref, &lease)) {
    case PF_LINK_OK:
        return answer_of_window(present_lease(call, &lease, false, NULL, NULL), ret_is_foreign);
    case PF_LINK_ASLEEP:
        return answer_of_window(wake(call, key_label, ret_is_foreign), ret_is_foreign);
    default:
        return CKR_USER_NOT_LOGGED_IN;
    }
}
