/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensTarget: found by identity, never by slot. */
#include "tokens-target.h"

#include <string.h>

#include <p11-kit/p11-kit.h>

#include "token-id.h"

/* A module that says it has more is not believed. */
#define SLOTS_MAX 65536u

/* As it is: p11-kit's own handling of a module would stand between it and what is asked of it.
 * Without locking: there is one thread here, and one backend hangs when a card is pulled under the
 * system's locks. */
PfTokensFault
pf_tokens_target_start(const char *path, CK_FUNCTION_LIST **ret_p11)
{
    CK_FUNCTION_LIST *p11 =
        p11_kit_module_load(path, P11_KIT_MODULE_UNMANAGED | P11_KIT_MODULE_CRITICAL);
    if (p11 == NULL)
        return PF_TOKENS_FAULT_NOT_LOADED;
    if (p11->C_Initialize(NULL) != CKR_OK)
        return PF_TOKENS_FAULT_NOT_INITIALISED;
    *ret_p11 = p11;
    return PF_TOKENS_FAULT_NONE;
}

/* Tokens may come between the two calls. */
GArray *
pf_tokens_target_list_slots(CK_FUNCTION_LIST *p11, CK_RV *ret_rv)
{
    GArray *slots = g_array_new(FALSE, TRUE, sizeof(CK_SLOT_ID));
    CK_ULONG count = 0;
    CK_RV rv = p11->C_GetSlotList(CK_TRUE, NULL, &count);
    while (rv == CKR_OK && count > 0 && count <= SLOTS_MAX) {
        g_array_set_size(slots, (guint)count);
        rv = p11->C_GetSlotList(CK_TRUE, &g_array_index(slots, CK_SLOT_ID, 0), &count);
        if (rv != CKR_BUFFER_TOO_SMALL)
            break;
        rv = p11->C_GetSlotList(CK_TRUE, NULL, &count);
    }
    if (rv == CKR_OK && count > slots->len) /* more than there was room for */
        rv = CKR_GENERAL_ERROR;
    g_array_set_size(slots, rv == CKR_OK ? (guint)count : 0);
    *ret_rv = rv;
    return slots;
}

static gboolean
is_token_in(PfTokensTarget *target, CK_SLOT_ID slot)
{
    PfTokenId id;
    char uri[PF_TOKEN_URI_SIZE];
    memset(&target->info, 0, sizeof target->info);
    if (target->p11->C_GetTokenInfo(slot, &target->info) != CKR_OK)
        return FALSE;
    pf_token_id_from_info(&id, &target->info);
    pf_token_id_format(&id, uri);
    return g_str_equal(uri, target->uri);
}

/* The slot list is asked for first: only that makes some backends notice another card. */
PfTokensFault
pf_tokens_target_find(PfTokensTarget *target)
{
    CK_RV rv;
    guint found = 0;
    g_autoptr(GArray) slots = pf_tokens_target_list_slots(target->p11, &rv);
    if (rv != CKR_OK)
        return PF_TOKENS_FAULT_FAILED;
    for (guint i = 0; i < slots->len; i++) {
        CK_SLOT_ID slot = g_array_index(slots, CK_SLOT_ID, i);
        if (is_token_in(target, slot) && found++ == 0)
            target->slot = slot;
    }
    if (found != 1)
        return found == 0 ? PF_TOKENS_FAULT_GONE : PF_TOKENS_FAULT_DOUBLED;
    memset(&target->slot_info, 0, sizeof target->slot_info);
    if (target->p11->C_GetSlotInfo(target->slot, &target->slot_info) != CKR_OK)
        target->slot_info.flags = 0;
    /* The loop went on to other tokens. */
    return is_token_in(target, target->slot) ? PF_TOKENS_FAULT_NONE : PF_TOKENS_FAULT_GONE;
}

gboolean
pf_tokens_target_is_hardware(const PfTokensTarget *target)
{
    return (target->slot_info.flags & CKF_HW_SLOT) != 0;
}

gboolean
pf_tokens_target_has_keypad(const PfTokensTarget *target)
{
    return pf_tokens_target_is_hardware(target) &&
           (target->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
}
