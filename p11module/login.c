/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_Login and C_Logout over virtual and real logins. */
#include "login.h"

#include <time.h>

#include "context-login.h"
#include "key-report.h"
#include "object.h"
#include "officer.h"
#include "pin-rules.h"
#include "presentation.h"
#include "prompt.h"
#include "window.h"

/* The backend's login as it is: mode off, no agent, a pinpad, no login required. */
static CK_RV
login_really(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    CK_RV rv = pf_window_begin_login(call);
    if (rv != CKR_OK)
        return rv;
    rv = pf_presentation_of_host(call, CKU_USER, pin, pin_len);
    if (rv == CKR_OK)
        pf_slot_set_user_login(call->slot);
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
        pf_slot_set_user_login(call->slot);
    pf_snapshot_free(snapshot);
    pf_window_end_login(call, is_cached);
}

bool
pf_login_is_standing(PfCall *call)
{
    PfDomain *domain = call->session->domain;
    return pf_domain_get_standing(call->module, domain, NULL) == PF_STANDING_USER &&
           !pf_domain_is_asleep(call->module, domain);
}

/* The token has taken the PIN. While the snapshot was taken it may have been pulled, and another
 * one, or the same, put in: then nobody knows of what it is the PIN now. */
static PfLinkStatus
store_proven(PfCall *call, const CK_BYTE *pin, CK_ULONG pin_len, const PfTokenMark *mark)
{
    PfDomainRef ref;
    PfTokenId token;
    CK_FLAGS flags = 0;
    const PfDomain *domain = call->session->domain;
    pf_domain_get_ref_and_token(domain, &ref, &token);
    CK_RV rv = pf_slot_check_token(call->slot, &token, &flags);
    if ((rv != CKR_OK && (call->slot->is_hardware || rv == CKR_DEVICE_REMOVED)) ||
        !pf_domain_has_same_token(domain, mark))
        return PF_LINK_NOT_CACHED;
    return pf_agent_link_store_login(call->module->link, &ref, pin, pin_len, flags);
}

/* An explicit PIN: the backend's verdict is the answer, whatever the agent does (DESIGN 4.1). */
static CK_RV
login_by_proof(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    CK_RV rv = pf_prompt_confirm_try(call, "login");
    if (rv == CKR_OK)
        rv = pf_window_begin_login(call);
    if (rv != CKR_OK)
        return rv;
    if (pf_login_is_standing(call)) {
        pf_window_end_login(call, false);
        return CKR_USER_ALREADY_LOGGED_IN;
    }
    PfTokenMark mark = pf_domain_mark_token(call->session->domain);
    rv = pf_presentation_of_host(call, CKU_USER, pin, pin_len);
    if (rv != CKR_OK) {
        pf_window_end_login(call, false);
        if (pf_pin_rule_is_rejection(rv))
            pf_presentation_report_rejected(call);
        return rv;
    }
    PfSnapshot *snapshot = pf_snapshot_take(call);
    pf_key_report_send(call);
    PfLinkStatus status = store_proven(call, pin, pin_len, &mark);
    settle_login(call, status == PF_LINK_OK, snapshot);
    return CKR_OK;
}

/* One answer of the dialog, presented. CKR_PIN_INCORRECT: the dialog is still open. */
static CK_RV
login_by_lease(PfCall *call, PfLease *lease)
{
    bool is_cached = false;
    PfSnapshot *snapshot = NULL;
    CK_RV rv = pf_window_begin_login(call);
    if (rv != CKR_OK) {
        pf_presentation_drop_lease(call, lease);
        return rv;
    }
    rv = pf_presentation_of_lease(call, CKU_USER, lease, &is_cached, &snapshot);
    if (rv == CKR_OK)
        settle_login(call, is_cached, snapshot);
    else
        pf_window_end_login(call, false);
    return rv;
}

static CK_RV
login_by_prompt(PfCall *call)
{
    PfLease lease = {0};
    PfPromptAbout about = {.purpose = "login"};
    CK_RV rv;
    do {
        rv = pf_prompt_ask(call, &about, lease.id, &lease);
        /* The person lets this program use a login that is there: nothing is to be presented. */
        if (rv == CKR_USER_ALREADY_LOGGED_IN)
            return CKR_OK;
        if (rv == CKR_OK)
            rv = login_by_lease(call, &lease);
    } while (pf_pin_rule_is_rejection(rv));
    return pf_prompt_get_answer(rv);
}

static CK_RV
login_without_pin(PfCall *call)
{
    PfDomain *domain = call->session->domain;
    uint64_t start = pf_window_now();
    CK_RV rv;
    pf_domain_prepare(call->module, domain);
    PfStanding standing = pf_domain_get_standing(call->module, domain, NULL);
    if (pf_domain_has_officer_elsewhere(call->module, domain))
        standing = PF_STANDING_SO;
    switch (standing) {
    case PF_STANDING_SO:
        rv = CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
        break;
    case PF_STANDING_REAL:
        rv = CKR_USER_ALREADY_LOGGED_IN;
        break;
    case PF_STANDING_USER:
        if (pf_login_is_standing(call)) {
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

/* Somebody is logged in by the ID, and so a PIN is not even looked at. Of one that is missing some
 * backends say that first; to ask costs nothing, as there is nothing to present. */
static CK_RV
refuse_second_login(PfCall *call, const CK_BYTE *pin, CK_ULONG pin_len, CK_RV answer)
{
    if (pin != NULL || call->slot->has_pinpad)
        return answer;
    CK_RV rv = pf_presentation_of_host(call, CKU_USER, pin, pin_len);
    if (rv == CKR_OK) /* it logs anybody in */
        PF_BACKEND_CALL(call->backend, C_Logout, call->real);
    return rv == CKR_ARGUMENTS_BAD ? rv : answer;
}

CK_RV
pf_login_user(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    PfDomain *domain = call->session->domain;
    if (pin == NULL && call->slot->shows_protected_path)
        return login_without_pin(call);
    bool can_cache = pf_domain_prepare(call->module, domain);
    PfStanding standing = pf_domain_get_standing(call->module, domain, NULL);
    if (pf_login_is_standing(call))
        return refuse_second_login(call, pin, pin_len, CKR_USER_ALREADY_LOGGED_IN);
    if (pf_domain_has_officer_elsewhere(call->module, domain))
        return refuse_second_login(call, pin, pin_len, CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
    /* No PIN and no flag: the backend has its own answer, and no PIN to keep. */
    if (pin == NULL || !can_cache || call->slot->has_pinpad || standing == PF_STANDING_REAL ||
        standing == PF_STANDING_SO)
        return login_really(call, pin, pin_len);
    return login_by_proof(call, pin, pin_len);
}

typedef struct {
    CK_USER_TYPE type;
    CK_BYTE *pin;
    CK_ULONG pin_len;
    CK_BYTE *name;
    CK_ULONG name_len;
} NamedLogin;

static CK_RV
call_login_user(PfCall *call, const NamedLogin *login)
{
    return PF_BACKEND_CALL_3_0(call->backend, C_LoginUser, call->real, login->type, login->pin,
                               login->pin_len, login->name, login->name_len);
}

static CK_RV
present_named(PfCall *call, const void *login)
{
    return call_login_user(call, login);
}

static CK_RV
present_officer(PfCall *call, const void *login)
{
    const NamedLogin *officer = login;
    return pf_presentation_of_host(call, CKU_SO, officer->pin, officer->pin_len);
}

CK_RV
pf_login_so(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    NamedLogin login = {.type = CKU_SO, .pin = pin, .pin_len = pin_len};
    return pf_officer_login(call, present_officer, &login, pin != NULL);
}

/* As pf_context_login() with a PIN of the host's. */
static CK_RV
login_named_context(PfCall *call, const NamedLogin *login)
{
    pf_context_login_end(call);
    pf_slot_begin_alone(call->slot, call->session->handle);
    CK_RV rv = call_login_user(call, login);
    if (rv != CKR_OK)
        pf_slot_end_alone(call->slot, call->session->handle);
    return rv;
}

static CK_RV
login_named_really(PfCall *call, const NamedLogin *login)
{
    CK_RV rv = pf_window_begin_login(call);
    if (rv != CKR_OK)
        return rv;
    rv = call_login_user(call, login);
    if (rv == CKR_OK)
        pf_slot_set_user_login(call->slot);
    pf_window_end_login(call, false);
    return rv;
}

CK_RV
pf_login_named(PfCall *call, CK_USER_TYPE type, CK_BYTE *pin, CK_ULONG pin_len, CK_BYTE *name,
               CK_ULONG name_len)
{
    NamedLogin login = {type, pin, pin_len, name, name_len};
    if (call->backend->p11_3_0 == NULL || call->backend->p11_3_0->C_LoginUser == NULL)
        return CKR_FUNCTION_NOT_SUPPORTED;
    switch (type) {
    case CKU_CONTEXT_SPECIFIC:
        return login_named_context(call, &login);
    case CKU_SO:
        return pf_officer_login(call, present_named, &login, pin != NULL);
    case CKU_USER:
        /* The backend does not know of the virtual login, nor of other processes. */
        if (pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER)
            return CKR_USER_ALREADY_LOGGED_IN;
        if (pf_domain_has_officer_elsewhere(call->module, call->session->domain))
            return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
        return login_named_really(call, &login);
    default:
        return call_login_user(call, &login);
    }
}

static void
on_session_of_domain(PfCall *call, void *data)
{
    const PfCall *logout = data;
    if (call->session->domain == logout->session->domain)
        pf_operation_drop_all(call);
}

/* Somebody else has ended the login, perhaps because this program must not use it any longer. What
 * was begun in it is over, which the backend would not say. */
static void
on_session_of_lost_login(PfCall *call, void *data)
{
    const PfCall *first = data;
    if (call->session->domain == first->session->domain)
        pf_operation_void_all(call);
    on_session_of_domain(call, data);
}

void
pf_login_settle(PfCall *call)
{
    uint64_t mark;
    PfDomain *domain = call->session->domain;
    pf_domain_get_standing(call->module, domain, &mark);
    pthread_mutex_lock(&call->slot->lock);
    uint64_t before = domain->window_mark;
    domain->window_mark = mark;
    pthread_mutex_unlock(&call->slot->lock);
    if (before == 0 || before == mark)
        return;
    bool is_lost = pf_domain_is_ended_elsewhere(call->module, domain, before);
    pf_session_visit(call->module, call->slot,
                     is_lost ? on_session_of_lost_login : on_session_of_domain, call);
    pf_object_forget_login(call, mark);
    pf_window_close_lingering(call->module, call->slot, UINT64_MAX);
}

/* The virtual login ends: for all members at the agent first, then here. */
static CK_RV
end_virtual_login(PfCall *call)
{
    PfDomainRef ref;
    pf_domain_note_own_end(call->module, call->session->domain);
    pf_domain_get_ref(call->session->domain, &ref);
    pf_agent_link_logout(call->module->link, &ref);
    pf_session_visit(call->module, call->slot, on_session_of_domain, call);
    pf_object_forget_domain(call);
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
    pf_domain_end_officers(call->module, call->slot);
    pf_object_forget_gone(call);
    return rv;
}

CK_RV
pf_login_end(PfCall *call)
{
    switch (pf_domain_get_standing(call->module, call->session->domain, NULL)) {
    case PF_STANDING_USER:
        return end_virtual_login(call);
    case PF_STANDING_REAL:
    case PF_STANDING_SO: {
        CK_RV rv = end_real_login(call);
        /* Others may be logged in by the ID, or the agent by a PIN that it took after it was given
         * up; the sessions that have logged out are not to be theirs (DESIGN 4.5). */
        if (pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER)
            end_virtual_login(call);
        return rv;
    }
    default:
        /* The backend may be logged in for another domain's window: it is not asked. */
        return pf_domain_is_virtual(call->module, call->session->domain)
                   ? CKR_USER_NOT_LOGGED_IN
                   : PF_BACKEND_CALL(call->backend, C_Logout, call->real);
    }
}

/* A rejected PIN is wiped everywhere by now; the operation simply is not allowed any more. */
static CK_RV
answer_of_window(CK_RV rv)
{
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

/* The PIN was forgotten and nobody gives it: the sessions are public from now on (DESIGN 4.7). */
static CK_RV
give_up(PfCall *call)
{
    PfDomainRef ref;
    pf_domain_get_ref(call->session->domain, &ref);
    pf_agent_link_logout(call->module->link, &ref);
    return CKR_USER_NOT_LOGGED_IN;
}

void
pf_login_note_use(PfCall *call, const PfUse *use)
{
    PfDomainRef ref;
    if (use->is_look || call->module->link == NULL)
        return;
    pf_domain_get_ref(call->session->domain, &ref);
    pf_agent_link_note_use(call->module->link, &ref, use);
}

CK_RV
pf_login_wake(PfCall *call, const PfUse *use)
{
    PfLease lease = {0};
    PfPromptAbout about = {.purpose = "wake",
                           .key_label = use->key_label,
                           .operation = use->operation};
    bool has_joined = false;
    CK_RV rv;
    do {
        rv = pf_prompt_ask(call, &about, lease.id, &lease);
        if (rv == CKR_OK)
            rv = pf_window_acquire_by_lease(call, &lease, true, &has_joined);
    } while (pf_pin_rule_is_rejection(rv));
    if (has_joined) {
        pf_presentation_drop_lease(call, &lease);
        pf_login_note_use(call, use);
    }
    if (rv == CKR_FUNCTION_CANCELED)
        return give_up(call);
    return answer_of_window(rv);
}

CK_RV
pf_login_for_window(PfCall *call, const PfUse *use, bool *ret_is_foreign, PfPinLack *ret_lack)
{
    if (call->module->link == NULL)
        return CKR_USER_NOT_LOGGED_IN;
    CK_RV rv = pf_presentation_of_cached(call, use, ret_lack);
    *ret_is_foreign = rv == CKR_USER_ALREADY_LOGGED_IN;
    return *ret_is_foreign ? CKR_OK : answer_of_window(rv);
}
