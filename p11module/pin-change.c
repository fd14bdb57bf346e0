/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* New PINs: passed through, and told to the agent. */
#include "pin-change.h"

#include <string.h>

#include "domain.h"
#include "pin-rules.h"
#include "presentation.h"
#include "prompt.h"
#include "window.h"

static void
report(PfModule *module, const char *token, PfTokenEvent event)
{
    if (module->link != NULL && pf_agent_link_contact(module->link, false))
        pf_agent_link_report_token(module->link, token, event, NULL);
}

static void
report_changed(PfCall *call)
{
    PfDomainRef ref;
    pf_domain_note_own_end(call->module, call->session->domain);
    pf_domain_get_ref(call->session->domain, &ref);
    if (call->slot->needs_login)
        report(call->module, ref.token, PF_TOKEN_EVENT_PIN_CHANGED);
}

static bool
is_so_logged_in(PfCall *call)
{
    return pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_SO;
}

/* What a person gave, in one call; nobody else presents a PIN meanwhile. */
static CK_RV
send_asked(PfCall *call, const PfChangeLease *lease)
{
    CK_BYTE *new_pin = (CK_BYTE *)pf_secret_get_bytes(lease->new_pin);
    CK_ULONG new_len = pf_secret_get_length(lease->new_pin);
    if (lease->old_pin == NULL)
        return PF_BACKEND_CALL(call->backend, C_InitPIN, call->real, new_pin, new_len);
    CK_BYTE *old_pin = (CK_BYTE *)pf_secret_get_bytes(lease->old_pin);
    CK_ULONG old_len = pf_secret_get_length(lease->old_pin);
    CK_RV rv =
        PF_BACKEND_CALL(call->backend, C_SetPIN, call->real, old_pin, old_len, new_pin, new_len);
    if (rv != CKR_USER_NOT_LOGGED_IN || pf_window_begin_login(call) != CKR_OK)
        return rv;
    /* Some want the user logged in for it: the present PIN is at hand. */
    rv = pf_presentation_of_host(call, CKU_USER, old_pin, old_len);
    bool has_login = rv == CKR_OK;
    if (has_login)
        rv = PF_BACKEND_CALL(call->backend, C_SetPIN, call->real, old_pin, old_len, new_pin,
                             new_len);
    pf_window_end_login(call, has_login);
    return rv;
}

static CK_RV
present_asked(PfCall *call, PfChangeLease *lease)
{
    CK_FLAGS flags = 0;
    PfLeaseResult result = PF_LEASE_UNUSED;
    CK_RV rv = pf_slot_check_token(call->slot, &lease->token, &flags);
    if (rv == CKR_OK) {
        rv = send_asked(call, lease);
        if (rv == CKR_OK) {
            result = PF_LEASE_OK;
            pf_domain_note_own_end(call->module, call->session->domain);
        } else if (lease->old_pin != NULL && pf_pin_rule_is_rejection(rv)) {
            result = PF_LEASE_REJECTED;
        }
        flags = pf_slot_read_flags(call->slot);
    }
    pf_secret_clear(&lease->old_pin);
    pf_secret_clear(&lease->new_pin);
    pf_agent_link_end_lease(call->module->link, lease->id, result, flags, NULL);
    return rv;
}

/* The dialog stays open over wrong PINs. */
static CK_RV
change_by_person(PfCall *call, const char *purpose)
{
    PfPromptAbout about = {.purpose = purpose};
    PfChangeLease lease = {0};
    CK_RV rv;
    do {
        rv = pf_prompt_ask_change(call, &about, lease.id, &lease);
        if (rv != CKR_OK)
            return rv;
        rv = present_asked(call, &lease);
    } while (pf_pin_rule_is_rejection(rv) && strcmp(purpose, "change") == 0);
    return rv;
}

CK_RV
pf_pin_change_set(PfCall *call, CK_BYTE *old_pin, CK_ULONG old_len, CK_BYTE *new_pin,
                  CK_ULONG new_len)
{
    if (old_pin == NULL && new_pin == NULL && !is_so_logged_in(call) &&
        pf_prompt_is_offered(call->slot))
        return change_by_person(call, "change");
    if (old_pin != NULL) {
        CK_RV confirmed = pf_prompt_confirm_try(call, is_so_logged_in(call) ? "officer" : "change");
        if (confirmed != CKR_OK)
            return confirmed;
    }
    bool is_virtual =
        pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER;
    CK_RV rv =
        PF_BACKEND_CALL(call->backend, C_SetPIN, call->real, old_pin, old_len, new_pin, new_len);
    /* Some want the user logged in for it, which the host is as far as it knows. */
    if (rv == CKR_USER_NOT_LOGGED_IN && is_virtual) {
        rv = pf_window_acquire(call, &(PfUse){.operation = "set-pin"});
        if (rv == CKR_OK) {
            rv = PF_BACKEND_CALL(call->backend, C_SetPIN, call->real, old_pin, old_len, new_pin,
                                 new_len);
            pf_window_release(call);
        }
    }
    /* The SO's PIN is nobody's cached one. */
    if (is_so_logged_in(call))
        return rv;
    if (rv == CKR_OK)
        report_changed(call);
    else if (pf_pin_rule_is_rejection(rv) && call->module->link != NULL && call->slot->needs_login)
        pf_presentation_report_rejected(call);
    return rv;
}

CK_RV
pf_pin_change_init(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len)
{
    if (pin == NULL && is_so_logged_in(call) && pf_prompt_is_offered(call->slot))
        return change_by_person(call, "set");
    CK_RV rv = PF_BACKEND_CALL(call->backend, C_InitPIN, call->real, pin, pin_len);
    if (rv == CKR_OK)
        report_changed(call);
    return rv;
}

CK_RV
pf_pin_change_init_token(PfModule *module, PfSlot *slot, CK_BYTE *pin, CK_ULONG pin_len,
                         CK_BYTE *label)
{
    CK_TOKEN_INFO info;
    char before[PF_TOKEN_URI_SIZE];
    bool was_known = pf_slot_look(slot, &info) == CKR_OK;
    if (was_known) {
        pthread_mutex_lock(&slot->lock);
        pf_token_id_format(&slot->token, before);
        pthread_mutex_unlock(&slot->lock);
    }
    CK_RV rv = PF_BACKEND_CALL(slot->backend, C_InitToken, slot->real, pin, pin_len, label);
    if (rv == CKR_OK && was_known)
        report(module, before, PF_TOKEN_EVENT_INITIALISED);
    /* What was learnt is of the token before; whether it shows the flag is decided anew. */
    if (rv == CKR_OK)
        pf_slot_void_token(slot);
    return rv;
}
