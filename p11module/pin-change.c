/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* New PINs: passed through, and told to the agent. */
#include "pin-change.h"

#include "domain.h"
#include "pin-rules.h"
#include "presentation.h"
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
    pf_domain_get_ref(call->session->domain, &ref);
    if (call->slot->needs_login)
        report(call->module, ref.token, PF_TOKEN_EVENT_PIN_CHANGED);
}

static bool
is_so_logged_in(PfCall *call)
{
    return pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_SO;
}

CK_RV
pf_pin_change_set(PfCall *call, CK_BYTE *old_pin, CK_ULONG old_len, CK_BYTE *new_pin,
                  CK_ULONG new_len)
{
    bool is_virtual =
        pf_domain_get_standing(call->module, call->session->domain, NULL) == PF_STANDING_USER;
    CK_RV rv =
        PF_BACKEND_CALL(call->backend, C_SetPIN, call->real, old_pin, old_len, new_pin, new_len);
    /* Some want the user logged in for it, which the host is as far as it knows. */
    if (rv == CKR_USER_NOT_LOGGED_IN && is_virtual) {
        rv = pf_window_acquire(call, NULL);
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
