/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock's library, slot and token functions, and how it follows tokens that come and go. */
#include "mock-state.h"

#include <stdio.h>
#include <string.h>

#include "pkcs11-v3.h"

PfMockState pf_mock;

void
pf_mock_state_close(PfMockSession *session)
{
    bool any = false;

    for (int i = 0; i < PF_MOCK_MAX_SESSIONS; i++) {
        PfMockSession *other = &pf_mock.sessions[i];

        if (other->handle != 0 && (session == NULL || other == session)) {
            pf_mock_objects_drop(other->handle, false);
            memset(other, 0, sizeof(*other));
        }
        any |= other->handle != 0;
    }
    if (!any)
        pf_mock.user_logged_in = pf_mock.so_logged_in = false;
}

PfMockSession *
pf_mock_state_get_session(CK_SESSION_HANDLE handle)
{
    for (int i = 0; i < PF_MOCK_MAX_SESSIONS; i++) {
        if (handle != 0 && pf_mock.sessions[i].handle == handle)
            return &pf_mock.sessions[i];
    }
    return NULL;
}

bool
pf_mock_state_is_user(void)
{
    return pf_mock.user_logged_in || !pf_mock.script->login_required;
}

void
pf_mock_state_follow_script(void)
{
    const char *serial;

    pf_mock.script = pf_mock_script_get();
    if (pf_mock.resets != pf_mock.script->resets)
        pf_mock_state_close(NULL);
    pf_mock.resets = pf_mock.script->resets;
    serial = pf_mock.script->present ? pf_mock.script->serial : "";
    if (strcmp(serial, pf_mock.serial) == 0)
        return;
    pf_mock_state_close(NULL);
    snprintf(pf_mock.serial, sizeof(pf_mock.serial), "%s", serial);
    pf_mock.pin = NULL;
    pf_mock.n_changes++;
    if (*serial != '\0') {
        pf_mock.pin = pf_mock_pin_get(serial);
        pf_mock.seen_tries = pf_mock.pin->tries;
        pf_mock_objects_reset(pf_mock.script);
    }
}

CK_RV
pf_mock_Initialize(void *args)
{
    CK_C_INITIALIZE_ARGS *init = args;

    if (pf_mock.initialized)
        return CKR_CRYPTOKI_ALREADY_INITIALIZED;
    if (init != NULL && !pf_mock.script->threads &&
        ((init->flags & CKF_OS_LOCKING_OK) != 0 || init->LockMutex != NULL))
        return CKR_CANT_LOCK;
    pf_mock.initialized = true;
    return CKR_OK;
}

CK_RV
pf_mock_Finalize(void *reserved)
{
    if (reserved != NULL)
        return CKR_ARGUMENTS_BAD;
    pf_mock_state_close(NULL);
    pf_mock.initialized = false;
    return CKR_OK;
}

static void
fill(CK_UTF8CHAR *field, size_t size, const char *text)
{
    memset(field, ' ', size);
    memcpy(field, text, strnlen(text, size));
}

CK_RV
pf_mock_GetInfo(CK_INFO *info)
{
    memset(info, 0, sizeof(*info));
    info->cryptokiVersion.major = 2;
    info->cryptokiVersion.minor = 40;
    fill(info->manufacturerID, sizeof(info->manufacturerID), "Pinfold tests");
    fill(info->libraryDescription, sizeof(info->libraryDescription), "Mock token");
    info->libraryVersion.major = 1;
    return CKR_OK;
}

CK_RV
pf_mock_GetSlotList(CK_BBOOL token_present, CK_SLOT_ID *slot_list, CK_ULONG *count)
{
    CK_ULONG room;

    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    memcpy(pf_mock.listed_serial, pf_mock.serial, sizeof(pf_mock.listed_serial));
    memcpy(pf_mock.listed_label, pf_mock.script->label, sizeof(pf_mock.listed_label));
    room = *count;
    *count = pf_mock.script->other_slots;
    if (!token_present || pf_mock.script->present)
        (*count)++;
    if (slot_list == NULL)
        return CKR_OK;
    if (room < *count || pf_mock.script->never_enough_room)
        return CKR_BUFFER_TOO_SMALL;
    for (CK_ULONG i = 0; i < *count; i++)
        slot_list[i] = i < pf_mock.script->other_slots ? PF_MOCK_SLOT + 1 + i : PF_MOCK_SLOT;
    *count += pf_mock.script->counts_more;
    return CKR_OK;
}

CK_RV
pf_mock_GetSlotInfo(CK_SLOT_ID slot_id, CK_SLOT_INFO *info)
{
    if (slot_id != PF_MOCK_SLOT)
        return CKR_SLOT_ID_INVALID;
    memset(info, 0, sizeof(*info));
    fill(info->slotDescription, sizeof(info->slotDescription), pf_mock.script->reader);
    fill(info->manufacturerID, sizeof(info->manufacturerID), "Pinfold tests");
    info->flags = CKF_REMOVABLE_DEVICE | CKF_HW_SLOT;
    if (pf_mock.script->present)
        info->flags |= CKF_TOKEN_PRESENT;
    return CKR_OK;
}

static CK_FLAGS
get_token_flags(void)
{
    const PfMockScript *script = pf_mock.script;
    CK_FLAGS flags = CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | CKF_RNG;
    uint32_t tries = script->stale_tries ? pf_mock.seen_tries : pf_mock.pin->tries;

    if (script->login_required)
        flags |= CKF_LOGIN_REQUIRED;
    if (script->pinpad)
        flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
    if (script->to_be_changed)
        flags |= CKF_USER_PIN_TO_BE_CHANGED;
    if (tries == 0)
        flags |= CKF_USER_PIN_LOCKED;
    else if (tries < PF_MOCK_MAX_TRIES)
        flags |= CKF_USER_PIN_COUNT_LOW;
    if (tries == 1)
        flags |= CKF_USER_PIN_FINAL_TRY;
    return flags;
}

CK_RV
pf_mock_GetTokenInfo(CK_SLOT_ID slot_id, CK_TOKEN_INFO *info)
{
    bool stale = pf_mock.script->stale && pf_mock.listed_serial[0] != '\0';

    if (slot_id != PF_MOCK_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (!pf_mock.script->present)
        return CKR_TOKEN_NOT_PRESENT;
    if (pf_mock.script->garbage_token_info) {
        memset(info, 0xc3, sizeof(*info));
        return CKR_OK;
    }
    memset(info, 0, sizeof(*info));
    fill(info->label, sizeof(info->label), stale ? pf_mock.listed_label : pf_mock.script->label);
    fill(info->manufacturerID, sizeof(info->manufacturerID), pf_mock.script->manufacturer);
    fill(info->model, sizeof(info->model), pf_mock.script->model);
    fill(info->serialNumber, sizeof(info->serialNumber),
         stale ? pf_mock.listed_serial : pf_mock.serial);
    info->flags = get_token_flags();
    info->ulMaxSessionCount = PF_MOCK_MAX_SESSIONS;
    info->ulMaxRwSessionCount = PF_MOCK_MAX_SESSIONS;
    for (int i = 0; i < PF_MOCK_MAX_SESSIONS; i++) {
        info->ulSessionCount += pf_mock.sessions[i].handle != 0;
        info->ulRwSessionCount += (pf_mock.sessions[i].flags & CKF_RW_SESSION) != 0;
    }
    info->ulMinPinLen = 4;
    info->ulMaxPinLen = 8;
    info->ulTotalPublicMemory = info->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
    info->ulTotalPrivateMemory = info->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
    return CKR_OK;
}

CK_RV
pf_mock_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved)
{
    if (slot == NULL || reserved != NULL)
        return CKR_ARGUMENTS_BAD;
    while (pf_mock.n_changes == pf_mock.n_seen_changes) {
        if ((flags & CKF_DONT_BLOCK) != 0)
            return CKR_NO_EVENT;
        pf_mock_unlock();
        pf_p11_sleep_ms(10);
        pf_mock_lock();
        if (!pf_mock.initialized)
            return CKR_CRYPTOKI_NOT_INITIALIZED;
        pf_mock_state_follow_script();
    }
    pf_mock.n_seen_changes = pf_mock.n_changes;
    *slot = PF_MOCK_SLOT;
    return CKR_OK;
}

/* The last one is of a script that wants it. */
static const CK_MECHANISM_TYPE mechanisms[] = {CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS, CKM_AES_ECB,
                                               CKM_RSA_PKCS_KEY_PAIR_GEN};

CK_RV
pf_mock_GetMechanismList(CK_SLOT_ID slot_id, CK_MECHANISM_TYPE *mechanism_list, CK_ULONG *count)
{
    CK_ULONG room = *count;

    if (slot_id != PF_MOCK_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (!pf_mock.script->present)
        return CKR_TOKEN_NOT_PRESENT;
    *count = sizeof(mechanisms) / sizeof(mechanisms[0]) - !pf_mock.script->generates;
    if (mechanism_list == NULL)
        return CKR_OK;
    if (room < *count)
        return CKR_BUFFER_TOO_SMALL;
    memcpy(mechanism_list, mechanisms, *count * sizeof(mechanisms[0]));
    return CKR_OK;
}

CK_RV
pf_mock_GetMechanismInfo(CK_SLOT_ID slot_id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
    if (slot_id != PF_MOCK_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (!pf_mock.script->present)
        return CKR_TOKEN_NOT_PRESENT;
    memset(info, 0, sizeof(*info));
    if (type == CKM_AES_ECB)
        info->flags = CKF_ENCRYPT | CKF_DECRYPT;
    else if (type == CKM_RSA_PKCS || type == CKM_SHA256_RSA_PKCS)
        info->flags = CKF_HW | CKF_SIGN | CKF_VERIFY | CKF_ENCRYPT | CKF_DECRYPT;
    else if (type == CKM_RSA_PKCS_KEY_PAIR_GEN && pf_mock.script->generates)
        info->flags = CKF_HW | CKF_GENERATE_KEY_PAIR;
    else
        return CKR_MECHANISM_INVALID;
    if (pf_mock.script->v3)
        info->flags |= CKF_MESSAGE_SIGN | CKF_MULTI_MESSAGE;
    info->ulMinKeySize = 1024;
    info->ulMaxKeySize = 2048;
    return CKR_OK;
}

CK_RV
pf_mock_InitToken(CK_SLOT_ID slot_id, CK_BYTE *pin, CK_ULONG pin_len, CK_BYTE *label)
{
    if (slot_id != PF_MOCK_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (!pf_mock.script->present)
        return CKR_TOKEN_NOT_PRESENT;
    for (int i = 0; i < PF_MOCK_MAX_SESSIONS; i++) {
        if (pf_mock.sessions[i].handle != 0)
            return CKR_SESSION_EXISTS;
    }
    if (pin == NULL || label == NULL || pin_len != 8 || memcmp(pin, "12345678", 8) != 0)
        return CKR_PIN_INCORRECT;
    pf_mock_pin_set(pf_mock.pin, (const CK_BYTE *)"1234", 4);
    pf_mock_objects_reset(pf_mock.script);
    return CKR_OK;
}
