/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Presentations: explicit PINs and leased ones. */
#include "presentation.h"

#include "key-report.h"
#include "pin-rules.h"
#include "window.h"

/* A look at the token that is older is not "right before" a presentation (DESIGN 6). */
#define LOOK_LASTS_MS 10u

CK_RV
pf_presentation_of_host(PfCall *call, CK_USER_TYPE type, const CK_BYTE *pin, CK_ULONG pin_len)
{
    CK_RV rv = PF_BACKEND_CALL(call->backend, C_Login, call->real, type, (CK_BYTE *)pin, pin_len);
    if (type != CKU_SO)
        pf_slot_note_presentation(call->slot, rv);
    return rv;
}

void
pf_presentation_drop_lease(PfCall *call, PfLease *lease)
{
    if (lease->id != 0)
        pf_agent_link_end_lease(call->module->link, lease->id, PF_LEASE_UNUSED, 0, NULL);
    pf_secret_clear(&lease->pin);
    *lease = (PfLease){0};
}

/* What the token said when it was looked at. */
typedef struct {
    PfCall *call;
    PfTokenId expected;
    CK_RV rv;
    CK_FLAGS flags;
    bool is_doubled;
    uint64_t at;
    uint64_t login; /* of a cached PIN: the state word before it was taken; 0: none */
} TokenLook;

static void
look(void *data)
{
    TokenLook *token = data;
    const PfCall *call = token->call;
    token->rv = pf_slot_check_token(call->slot, &token->expected, &token->flags);
    token->is_doubled = pf_slot_is_doubled(call->module, call->slot, &token->expected);
    token->at = pf_window_now();
}

/* The state word of the session's domain. */
static uint64_t
read_login(const PfCall *call)
{
    PfPlace place = pf_domain_get_place(call->session->domain);
    return pf_agent_link_get_login(call->module->link, place.epoch, place.entry);
}

/* Is the login still what the PIN was taken for? A removal that the agent has noticed since, or a
 * reason to forget, has ended it. */
static bool
is_login_over(const TokenLook *token)
{
    if (token->login == 0)
        return false;
    uint64_t now = read_login(token->call);
    return pf_state_login_state(now) != PF_LOGIN_USER ||
           pf_state_login_serial(now) != pf_state_login_serial(token->login);
}

/* Where a card fails to say who it is, or to judge a PIN, it may have been pulled, for so short a
 * time that no reader has noticed: what is there now need not be what the PIN was proven to. */
static void
report_lost(PfCall *call, const PfTokenId *token, CK_RV rv)
{
    char uri[PF_TOKEN_URI_SIZE];
    switch (rv) {
    case CKR_GENERAL_ERROR:
    case CKR_DEVICE_ERROR:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_TOKEN_NOT_RECOGNIZED:
        if (!call->slot->is_hardware)
            return;
        break;
    case CKR_DEVICE_REMOVED:
        break;
    default:
        return;
    }
    pf_token_id_format(token, uri);
    pf_agent_link_report_token(call->module->link, uri, PF_TOKEN_EVENT_GONE, NULL);
}

/* The flags after a login. A good one has set the tries back, which need not be asked for. */
static CK_FLAGS
get_flags_after(PfCall *call, CK_RV rv, CK_FLAGS before)
{
    if (rv == CKR_OK)
        return before & ~(CK_FLAGS)(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY);
    return pf_slot_read_flags(call->slot);
}

/* A backend that could not read its token has looked at no PIN. */
static CK_RV
present_undisturbed(PfCall *call, CK_USER_TYPE type, const PfSecret *pin)
{
    CK_RV rv;
    int tries = 0;
    do {
        rv = pf_presentation_of_host(call, type, pf_secret_get_bytes(pin),
                                     pf_secret_get_length(pin));
    } while (pf_slot_was_disturbed(call->slot, rv, &tries));
    return rv;
}

/* Presents the lease to the token as it was just now; the PIN is wiped. The lease is to be ended
 * with RET_RESULT and RET_FLAGS. */
static CK_RV
present(PfCall *call, CK_USER_TYPE type, PfLease *lease, const TokenLook *token,
        PfSnapshot **ret_snapshot, PfLeaseResult *ret_result, CK_FLAGS *ret_flags)
{
    CK_FLAGS flags = token->flags;
    PfLeaseResult result = PF_LEASE_UNUSED;
    CK_RV rv = token->rv;
    if (rv == CKR_OK && lease->is_cached &&
        (is_login_over(token) || token->is_doubled || !pf_pin_rule_may_present_cached(flags)))
        rv = CKR_USER_NOT_LOGGED_IN;
    if (rv == CKR_OK) {
        /* Before the lease ends: one of both the agent sees until the backend is logged out. */
        if (type == CKU_USER)
            pf_window_show(call);
        rv = present_undisturbed(call, type, lease->pin);
        if (rv == CKR_OK)
            result = PF_LEASE_OK;
        else if (pf_pin_rule_is_rejection(rv))
            result = PF_LEASE_REJECTED;
        if (rv == CKR_OK && ret_snapshot != NULL)
            *ret_snapshot = pf_snapshot_take(call);
        flags = get_flags_after(call, rv, flags);
    }
    pf_secret_clear(&lease->pin);
    *ret_result = result;
    *ret_flags = flags;
    return rv;
}

CK_RV
pf_presentation_of_lease(PfCall *call, CK_USER_TYPE type, PfLease *lease, bool *ret_cached,
                         PfSnapshot **ret_snapshot)
{
    TokenLook token = {.call = call, .expected = lease->token};
    PfLeaseResult result;
    CK_FLAGS flags;
    look(&token);
    CK_RV rv = present(call, type, lease, &token, ret_snapshot, &result, &flags);
    /* What the agent keeps of a PIN is decided when its lease ends. */
    if (result == PF_LEASE_OK && ret_cached != NULL)
        pf_key_report_send(call);
    pf_agent_link_end_lease(call->module->link, lease->id, result, flags, ret_cached);
    if (result == PF_LEASE_UNUSED)
        report_lost(call, &token.expected, rv);
    return rv;
}

static PfPinLack
get_lack(PfLinkStatus status)
{
    switch (status) {
    case PF_LINK_ASLEEP:
        return PF_PIN_LACK_ASLEEP;
    case PF_LINK_BUSY:
        return PF_PIN_LACK_TURN;
    default:
        return PF_PIN_LACK_LOGIN;
    }
}

CK_RV
pf_presentation_of_cached(PfCall *call, const PfUse *use, PfPinLack *ret_lack)
{
    PfLease lease = {0};
    PfDomainRef ref;
    TokenLook token = {.call = call};
    pf_domain_get_ref_and_token(call->session->domain, &ref, &token.expected);
    PfPlace place = pf_domain_get_place(call->session->domain);
    token.login = pf_agent_link_get_login(call->module->link, place.epoch, place.entry);
    /* A card has one program at a time: those that wait for the PIN would keep it from the one that
     * has it, and would have to look again. */
    PfLinkMeanwhile meanwhile = call->slot->is_hardware ? NULL : look;
    PfLinkStatus status =
        pf_agent_link_take_pin(call->module->link, &ref, use, meanwhile, &token, &lease);
    *ret_lack = get_lack(status);
    if (status != PF_LINK_OK)
        return CKR_USER_NOT_LOGGED_IN;
    /* Others may have had the PIN first: then it is another moment. */
    if (meanwhile == NULL || pf_window_now() - token.at > LOOK_LASTS_MS)
        look(&token);
    PfLeaseResult result;
    CK_FLAGS flags;
    CK_RV rv = present(call, CKU_USER, &lease, &token, NULL, &result, &flags);
    /* As where the agent knows it: the person is asked, who may want to spend the last try. */
    if (rv == CKR_USER_NOT_LOGGED_IN && result == PF_LEASE_UNUSED &&
        (!pf_pin_rule_may_present_cached(flags) ||
         pf_domain_is_asleep(call->module, call->session->domain)))
        *ret_lack = PF_PIN_LACK_ASLEEP;
    if (result == PF_LEASE_OK)
        pf_agent_link_end_taken(call->module->link, lease.id, place.epoch, place.entry, flags);
    else
        pf_agent_link_end_lease(call->module->link, lease.id, result, flags, NULL);
    if (result == PF_LEASE_UNUSED)
        report_lost(call, &token.expected, rv);
    return rv;
}

void
pf_presentation_report_rejected(PfCall *call)
{
    PfDomainRef ref;
    PfTokenReport report = {.token_flags = pf_slot_read_flags(call->slot),
                            .hardware = call->slot->is_hardware};
    pf_domain_get_ref(call->session->domain, &ref);
    pf_agent_link_report_token(call->module->link, ref.token, PF_TOKEN_EVENT_EXPLICIT_REJECTED,
                               &report);
}
