/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensTarget: found by identity, never by slot. */
#include "tokens-target.h"

#include <string.h>

#include <p11-kit/p11-kit.h>

#include "token-id.h"

#define SLOTS_MAX 256u

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
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = SLOTS_MAX;
    guint found = 0;
    if (target->p11->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
        return PF_TOKENS_FAULT_FAILED;
    for (CK_ULONG i = 0; i < count; i++) {
        if (is_token_in(target, slots[i]) && found++ == 0)
            target->slot = slots[i];
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
