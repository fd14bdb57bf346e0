/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Presentations: explicit PINs and leased ones. */
#include "presentation.h"

#include "pin-rules.h"

CK_RV
pf_presentation_of_host(PfCall *call, CK_USER_TYPE type, const CK_BYTE *pin, CK_ULONG pin_len)
{
    return PF_BACKEND_CALL(call->backend, C_Login, call->real, type, (CK_BYTE *)pin, pin_len);
}

void
pf_presentation_drop_lease(PfCall *call, PfLease *lease)
{
    if (lease->id != 0)
        pf_agent_link_end_lease(call->module->link, lease->id, PF_LEASE_UNUSED, 0, NULL);
    pf_secret_clear(&lease->pin);
    *lease = (PfLease){0};
}

CK_RV
pf_presentation_of_lease(PfCall *call, CK_USER_TYPE type, PfLease *lease, bool *ret_cached,
                         PfSnapshot **ret_snapshot)
{
    CK_FLAGS flags = 0;
    PfLeaseResult result = PF_LEASE_UNUSED;
    CK_RV rv = pf_slot_check_token(call->slot, &call->session->domain->token, &flags);
    if (rv == CKR_OK && lease->is_cached && !pf_pin_rule_may_present_cached(flags))
        rv = CKR_USER_NOT_LOGGED_IN;
    if (rv == CKR_OK) {
        rv = pf_presentation_of_host(call, type, pf_secret_get_bytes(lease->pin),
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
