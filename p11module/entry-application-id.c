/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* CA_* functions: application IDs that a host chooses (DESIGN 5). */
#include "entry-application-id.h"

#include "session.h"
#include "slot.h"

#define EXPORTED __attribute__((visibility("default")))

/* The low 32 bits of each part count. */
static uint64_t
join_parts(CK_ULONG high, CK_ULONG low)
{
    return (uint64_t)(high & UINT32_MAX) << 32 | (low & UINT32_MAX);
}

EXPORTED CK_RV
CA_SetApplicationID(CK_ULONG high, CK_ULONG low)
{
    PfModule *module = pf_module_enter();
    if (module == NULL)
        return CKR_OK;
    atomic_store(&module->app_id, join_parts(high, low));
    atomic_store(&module->has_app_id, true);
    pf_module_leave();
    return CKR_OK;
}

/* The token that is in the slot now; the slot list is read first, as the backend may still have the
 * one before (facts: after a swap). */
static CK_RV
read_token(PfModule *module, PfSlot *slot, PfTokenId *ret_token)
{
    CK_ULONG count = 0;
    CK_TOKEN_INFO info;
    PF_BACKEND_CALL(slot->backend, C_GetSlotList, CK_TRUE, NULL, &count);
    CK_RV rv = pf_slot_look(slot, &info);
    if (rv == CKR_OK)
        pf_token_id_from_info(ret_token, &info);
    else if (rv == CKR_TOKEN_NOT_PRESENT && pf_slot_is_known(slot))
        pf_slot_forget_token(module, slot);
    return rv;
}

typedef PfLinkStatus (*TellAgent)(PfAgentLink *link, const char *token, uint64_t app_id);

/* What is opened and closed is kept by the agent alone: without it there is nothing to be done. */
static CK_RV
tell_agent(PfModule *module, TellAgent tell, const PfTokenId *token, uint64_t app_id)
{
    char uri[PF_TOKEN_URI_SIZE];
    if (module->link == NULL || !pf_agent_link_contact(module->link, true))
        return CKR_FUNCTION_FAILED;
    pf_token_id_format(token, uri);
    return tell(module->link, uri, app_id) == PF_LINK_OK ? CKR_OK : CKR_FUNCTION_FAILED;
}

EXPORTED CK_RV
CA_OpenApplicationID(CK_SLOT_ID id, CK_ULONG high, CK_ULONG low)
{
    PfModule *module;
    PfSlot *slot;
    PfTokenId token;
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    rv = read_token(module, slot, &token);
    if (rv == CKR_OK)
        rv = tell_agent(module, pf_agent_link_open_id, &token, join_parts(high, low));
    return pf_slot_call_end(slot, rv);
}

/* Other processes see it at their next call; the caller's sessions are closed when it returns. */
static void
close_own_sessions(PfModule *module, PfSlot *slot, const PfTokenId *token, uint64_t app_id)
{
    PfDomain *domain = slot->domains;
    for (; domain != NULL; domain = domain->next) {
        pf_domain_note_own_closing(module, domain, token, app_id);
        pf_session_end_closed(module, domain);
    }
}

EXPORTED CK_RV
CA_CloseApplicationID(CK_SLOT_ID id, CK_ULONG high, CK_ULONG low)
{
    PfModule *module;
    PfSlot *slot;
    PfTokenId token;
    uint64_t app_id = join_parts(high, low);
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    rv = read_token(module, slot, &token);
    if (rv == CKR_OK)
        rv = tell_agent(module, pf_agent_link_close_id, &token, app_id);
    if (rv == CKR_OK)
        close_own_sessions(module, slot, &token, app_id);
    return pf_slot_call_end(slot, rv);
}

PfApplicationIdFunctions pf_application_id_functions = {
    .version = {.major = 1, .minor = 0},
    .CA_SetApplicationID = CA_SetApplicationID,
    .CA_OpenApplicationID = CA_OpenApplicationID,
    .CA_CloseApplicationID = CA_CloseApplicationID,
};
