/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The mock's sessions, login and PIN functions. */
#include "mock-state.h"

#include <string.h>

static const CK_BYTE so_pin[] = {'1', '2', '3', '4', '5', '6', '7', '8'};

CK_RV
pf_mock_OpenSession(CK_SLOT_ID slot_id, CK_FLAGS flags, void *application, CK_NOTIFY notify,
                    CK_SESSION_HANDLE *session)
{
    static CK_SESSION_HANDLE next_handle = 100;

    if (slot_id != PF_MOCK_SLOT)
        return CKR_SLOT_ID_INVALID;
    if (!pf_mock.script->present)
        return CKR_TOKEN_NOT_PRESENT;
    if ((flags & CKF_SERIAL_SESSION) == 0)
        return CKR_SESSION_PARALLEL_NOT_SUPPORTED;
    if (pf_mock.so_logged_in && (flags & CKF_RW_SESSION) == 0)
        return CKR_SESSION_READ_WRITE_SO_EXISTS;
    for (int i = 0; i < PF_MOCK_MAX_SESSIONS; i++) {
        if (pf_mock.sessions[i].handle != 0)
            continue;
        pf_mock.sessions[i].handle = next_handle++;
        pf_mock.sessions[i].flags = flags;
        *session = pf_mock.sessions[i].handle;
        return CKR_OK;
    }
    return CKR_SESSION_COUNT;
}

CK_RV
pf_mock_CloseSession(CK_SESSION_HANDLE session)
{
    PfMockSession *own = pf_mock_state_get_session(session);

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    pf_mock_state_close(own);
    return CKR_OK;
}

CK_RV
pf_mock_CloseAllSessions(CK_SLOT_ID slot_id)
{
    if (slot_id != PF_MOCK_SLOT)
        return CKR_SLOT_ID_INVALID;
    pf_mock_state_close(NULL);
    return CKR_OK;
}

CK_RV
pf_mock_GetSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
    const PfMockSession *own = pf_mock_state_get_session(session);
    bool rw;

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    rw = (own->flags & CKF_RW_SESSION) != 0;
    memset(info, 0, sizeof(*info));
    info->slotID = PF_MOCK_SLOT;
    info->flags = own->flags;
    if (pf_mock.so_logged_in)
        info->state = CKS_RW_SO_FUNCTIONS;
    else if (pf_mock.user_logged_in)
        info->state = rw ? CKS_RW_USER_FUNCTIONS : CKS_RO_USER_FUNCTIONS;
    else
        info->state = rw ? CKS_RW_PUBLIC_SESSION : CKS_RO_PUBLIC_SESSION;
    return CKR_OK;
}

static bool
has_ro_session(void)
{
    for (int i = 0; i < PF_MOCK_MAX_SESSIONS; i++) {
        if (pf_mock.sessions[i].handle != 0 && (pf_mock.sessions[i].flags & CKF_RW_SESSION) == 0)
            return true;
    }
    return false;
}

/* On a pinpad a NULL PIN means that the person typed the right one there. */
static CK_RV
present(const CK_BYTE *pin, CK_ULONG pin_len)
{
    if (pin == NULL && pf_mock.script->pinpad)
        return pf_mock_pin_present(pf_mock.pin, (const CK_BYTE *)pf_mock.pin->pin,
                                   pf_mock.pin->pin_size);
    if (pin == NULL)
        return CKR_ARGUMENTS_BAD;
    CK_RV rv = pf_mock_pin_present(pf_mock.pin, pin, pin_len);

    pf_mock.seen_tries = pf_mock.pin->tries;
    return rv;
}

static CK_RV
login_context(PfMockSession *session, const CK_BYTE *pin, CK_ULONG pin_len)
{
    CK_RV rv;

    for (int i = 0; i < 2 * PF_MOCK_N_OPERATIONS; i++) {
        PfMockOperation *operation = i < PF_MOCK_N_OPERATIONS
                                         ? &session->operations[i]
                                         : &session->messages[i - PF_MOCK_N_OPERATIONS];

        if (!operation->active || !operation->needs_context)
            continue;
        rv = present(pin, pin_len);
        operation->needs_context = rv != CKR_OK;
        return rv;
    }
    return CKR_OPERATION_NOT_INITIALIZED;
}

CK_RV
pf_mock_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user_type, CK_BYTE *pin, CK_ULONG pin_len)
{
    PfMockSession *own = pf_mock_state_get_session(session);
    CK_RV rv;

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (user_type == CKU_CONTEXT_SPECIFIC)
        return login_context(own, pin, pin_len);
    if (user_type != CKU_USER && user_type != CKU_SO)
        return CKR_USER_TYPE_INVALID;
    if ((user_type == CKU_USER && pf_mock.so_logged_in) ||
        (user_type == CKU_SO && pf_mock.user_logged_in))
        return CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
    if (pf_mock.user_logged_in || pf_mock.so_logged_in)
        return CKR_USER_ALREADY_LOGGED_IN;
    if (user_type == CKU_SO) {
        if (has_ro_session())
            return CKR_SESSION_READ_ONLY_EXISTS;
        if (pin == NULL || pin_len != sizeof(so_pin) || memcmp(pin, so_pin, pin_len) != 0)
            return CKR_PIN_INCORRECT;
        pf_mock.so_logged_in = true;
        return CKR_OK;
    }
    rv = present(pin, pin_len);
    if (rv != CKR_OK)
        return rv;
    pf_mock.user_logged_in = true;
    pf_mock_objects_renumber(pf_mock.script);
    return CKR_OK;
}

CK_RV
pf_mock_Logout(CK_SESSION_HANDLE session)
{
    if (pf_mock_state_get_session(session) == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (!pf_mock.user_logged_in && !pf_mock.so_logged_in)
        return CKR_USER_NOT_LOGGED_IN;
    pf_mock.user_logged_in = pf_mock.so_logged_in = false;
    pf_mock_objects_drop(0, true);
    for (int i = 0; i < PF_MOCK_MAX_SESSIONS; i++) {
        memset(pf_mock.sessions[i].operations, 0, sizeof(pf_mock.sessions[i].operations));
        memset(pf_mock.sessions[i].messages, 0, sizeof(pf_mock.sessions[i].messages));
        pf_mock.sessions[i].finding = false;
    }
    return CKR_OK;
}

CK_RV
pf_mock_InitPIN(CK_SESSION_HANDLE session, CK_BYTE *pin, CK_ULONG pin_len)
{
    if (pf_mock_state_get_session(session) == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if (!pf_mock.so_logged_in)
        return CKR_USER_NOT_LOGGED_IN;
    return pin == NULL ? CKR_ARGUMENTS_BAD : pf_mock_pin_set(pf_mock.pin, pin, pin_len);
}

CK_RV
pf_mock_SetPIN(CK_SESSION_HANDLE session, CK_BYTE *old_pin, CK_ULONG old_len, CK_BYTE *new_pin,
               CK_ULONG new_len)
{
    const PfMockSession *own = pf_mock_state_get_session(session);
    CK_RV rv;

    if (own == NULL)
        return CKR_SESSION_HANDLE_INVALID;
    if ((own->flags & CKF_RW_SESSION) == 0)
        return CKR_SESSION_READ_ONLY;
    if (old_pin == NULL || new_pin == NULL)
        return CKR_ARGUMENTS_BAD;
    rv = pf_mock_pin_present(pf_mock.pin, old_pin, old_len);
    return rv != CKR_OK ? rv : pf_mock_pin_set(pf_mock.pin, new_pin, new_len);
}
