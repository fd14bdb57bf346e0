/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_* functions on the library, slots and tokens (PKCS#11 2.40, 5.4 and 5.5). */
#include <string.h>

#include "function-list-v3.h"
#include "function-list.h"
#include "module.h"
#include "pin-change.h"
#include "session.h"
#include "slot.h"

#define SLOT_EVENT_INTERVAL_MS 250u

/* Blank-padded, as all of PKCS#11's text fields. */
static void
pad(unsigned char *field, size_t size, const char *text)
{
    size_t len = strlen(text);
    memset(field, ' ', size);
    memcpy(field, text, len < size ? len : size);
}

CK_RV
C_Initialize(void *init_args)
{
    return pf_module_initialise(init_args);
}

CK_RV
C_Finalize(void *reserved)
{
    if (reserved != NULL)
        return CKR_ARGUMENTS_BAD;
    return pf_module_finalise();
}

__attribute__((visibility("default"))) CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    if (list == NULL)
        return CKR_ARGUMENTS_BAD;
    *list = &pf_function_list;
    return CKR_OK;
}

static CK_RV
get_info(CK_INFO *info, const CK_VERSION *version)
{
    if (pf_module_enter() == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    CK_RV rv = info != NULL ? CKR_OK : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        memset(info, 0, sizeof *info);
        info->cryptokiVersion = *version;
        pad(info->manufacturerID, sizeof info->manufacturerID, "Pinfold");
        pad(info->libraryDescription, sizeof info->libraryDescription, "Pinfold PIN caching");
        info->libraryVersion.major = PF_VERSION_MAJOR;
        info->libraryVersion.minor = PF_VERSION_MINOR;
    }
    pf_module_leave();
    return rv;
}

CK_RV
C_GetInfo(CK_INFO *info)
{
    return get_info(info, &pf_function_list.version);
}

CK_RV
pf_function_list_v3_get_info(CK_INFO *info)
{
    return get_info(info, &pf_function_list_v3.version);
}

CK_RV
C_GetSlotList(CK_BBOOL token_present, CK_SLOT_ID *slots, CK_ULONG *count)
{
    PfModule *module = pf_module_enter();
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    CK_RV rv = pf_slot_list(module, token_present != CK_FALSE, slots, count);
    pf_module_leave();
    return rv;
}

CK_RV
C_GetSlotInfo(CK_SLOT_ID id, CK_SLOT_INFO *info)
{
    PfModule *module;
    PfSlot *slot;
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(slot->backend, C_GetSlotInfo, slot->real, info);
    if (rv == CKR_OK && (info->flags & CKF_TOKEN_PRESENT) == 0 && pf_slot_is_known(slot))
        pf_slot_forget_token(module, slot);
    return pf_slot_call_end(slot, rv);
}

/* Is the host told that the PIN comes by another way than its own (DESIGN 4.12)? Decided once for
 * each insertion, so that a program never sees the flag come or go under a token. */
static bool
show_protected_path(PfModule *module, PfSlot *slot)
{
    bool is_fixed = slot->is_flag_fixed || slot->has_pinpad || !slot->needs_login;
    bool shows = is_fixed && slot->shows_protected_path;
    if (is_fixed || module->link == NULL)
        return shows;
    shows = pf_agent_link_contact(module->link, true) &&
            (pf_agent_link_get_policy(module->link) & PF_POLICY_PROTECTED_PATH) != 0;
    pthread_mutex_lock(&slot->lock);
    if (!slot->is_flag_fixed) {
        slot->shows_protected_path = shows;
        slot->is_flag_fixed = true; /* last: it is read without the lock */
    }
    shows = slot->shows_protected_path;
    pthread_mutex_unlock(&slot->lock);
    return shows;
}

CK_RV
C_GetTokenInfo(CK_SLOT_ID id, CK_TOKEN_INFO *info)
{
    PfModule *module;
    PfSlot *slot;
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    rv = info != NULL ? pf_slot_look(slot, info) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK && show_protected_path(module, slot))
        info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
    if (rv == CKR_TOKEN_NOT_PRESENT && pf_slot_is_known(slot))
        pf_slot_forget_token(module, slot);
    return pf_slot_call_end(slot, rv);
}

CK_RV
C_GetMechanismList(CK_SLOT_ID id, CK_MECHANISM_TYPE *mechanisms, CK_ULONG *count)
{
    PfModule *module;
    PfSlot *slot;
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(slot->backend, C_GetMechanismList, slot->real, mechanisms, count);
    return pf_slot_call_end(slot, rv);
}

CK_RV
C_GetMechanismInfo(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
    PfModule *module;
    PfSlot *slot;
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    rv = PF_BACKEND_CALL(slot->backend, C_GetMechanismInfo, slot->real, type, info);
    return pf_slot_call_end(slot, rv);
}

CK_RV
C_InitToken(CK_SLOT_ID id, CK_BYTE *pin, CK_ULONG pin_len, CK_BYTE *label)
{
    PfModule *module;
    PfSlot *slot;
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    return pf_slot_call_end(slot, pf_pin_change_init_token(module, slot, pin, pin_len, label));
}

/* One look at every backend. CKR_NO_EVENT: none has anything to say. IS_BLOCKING: those that would
 * not do it do not count, and if there are no others it is refused as by them. */
static CK_RV
poll_slot_events(PfModule *module, bool is_blocking, CK_SLOT_ID *ret_slot)
{
    bool is_supported = false;
    for (size_t i = 0; i < module->backend_count; i++) {
        CK_SLOT_ID real;
        PfBackend *backend = module->backends[i];
        CK_RV rv = PF_BACKEND_CALL(backend, C_WaitForSlotEvent, CKF_DONT_BLOCK, &real, NULL);
        bool counts = !is_blocking || !backend->quirks.has_no_events;
        is_supported = is_supported || (counts && (rv == CKR_OK || rv == CKR_NO_EVENT));
        if (rv != CKR_OK)
            continue;
        PfSlot *slot = pf_slot_of_backend(module, backend, real);
        if (slot == NULL)
            return CKR_HOST_MEMORY;
        *ret_slot = slot->id;
        return CKR_OK;
    }
    return is_supported ? CKR_NO_EVENT : CKR_FUNCTION_NOT_SUPPORTED;
}

/* Blocking is repeated looking: a backend's own wait would hold up the others and, where it is not
 * woken, C_Finalize. No lock is held and no thread is needed (DESIGN 4.16). */
CK_RV
C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved)
{
    PfModule *module = pf_module_enter();
    if (module == NULL)
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    CK_RV rv = slot != NULL && reserved == NULL ? CKR_OK : CKR_ARGUMENTS_BAD;
    bool is_blocking = (flags & CKF_DONT_BLOCK) == 0;
    if (rv == CKR_OK)
        rv = poll_slot_events(module, is_blocking, slot);
    while (rv == CKR_NO_EVENT && is_blocking) {
        if (pf_module_wait_for_end(module, SLOT_EVENT_INTERVAL_MS))
            rv = CKR_CRYPTOKI_NOT_INITIALIZED;
        else
            rv = poll_slot_events(module, is_blocking, slot);
    }
    pf_module_leave();
    return rv;
}

CK_RV
C_OpenSession(CK_SLOT_ID id, CK_FLAGS flags, void *application, CK_NOTIFY notify,
              CK_SESSION_HANDLE *session)
{
    PfModule *module;
    PfSlot *slot;
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    rv = session != NULL ? CKR_OK : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        rv = pf_session_open(module, slot, flags, application, notify, session);
    return pf_slot_call_end(slot, rv);
}

CK_RV
C_CloseAllSessions(CK_SLOT_ID id)
{
    PfModule *module;
    PfSlot *slot;
    CK_RV rv = pf_slot_call_begin(id, &module, &slot);
    if (rv != CKR_OK)
        return rv;
    pf_session_close_all(module, slot);
    return pf_slot_call_end(slot, CKR_OK);
}
