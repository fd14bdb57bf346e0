/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands for sessions, login and PINs. */
#include "driver-call.h"

#include <string.h>

#include "p11-name.h"

static void
run_open(PfDriverCall *call)
{
    CK_FLAGS flags = CKF_SERIAL_SESSION;
    CK_SESSION_HANDLE session;
    CK_SLOT_ID slot;
    CK_RV rv;

    if (!pf_driver_call_slot(call, 0, &slot))
        return;
    if (pf_driver_call_has(call, 1, "rw"))
        flags |= CKF_RW_SESSION;
    rv = call->module->p11->C_OpenSession(slot, flags, NULL, NULL, &session);
    pf_driver_reply_set_rv(call->reply, rv, "C_OpenSession");
    if (rv != CKR_OK)
        return;
    call->scope->session = session;
    pf_driver_reply_add(call->reply, "session", "%lu", session);
}

static void
run_close(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_CloseSession(session),
                           "C_CloseSession");
}

static void
run_closeall(PfDriverCall *call)
{
    CK_SLOT_ID slot;

    if (!pf_driver_call_slot(call, 0, &slot))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_CloseAllSessions(slot),
                           "C_CloseAllSessions");
}

static void
run_sessioninfo(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    CK_SESSION_INFO info;
    char name[64];
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    rv = call->module->p11->C_GetSessionInfo(session, &info);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetSessionInfo");
    if (rv != CKR_OK)
        return;
    pf_driver_reply_add(call->reply, "slot", "%lu", info.slotID);
    pf_driver_reply_add(call->reply, "state", "%s",
                        pf_p11_name_format(PF_P11_STATE, info.state, true, name, sizeof(name)));
    pf_driver_reply_add(call->reply, "flags", "%s",
                        pf_p11_name_format_flags(PF_P11_SESSION_FLAG, info.flags, name,
                                                 sizeof(name)));
    pf_driver_reply_add(call->reply, "device_error", "%lu", info.ulDeviceError);
}

static void
run_login(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    PfDriverBytes pin;
    CK_USER_TYPE user;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    if (pf_driver_call_has(call, 1, "user")) {
        user = CKU_USER;
    } else if (pf_driver_call_has(call, 1, "so")) {
        user = CKU_SO;
    } else if (pf_driver_call_has(call, 1, "context")) {
        user = CKU_CONTEXT_SPECIFIC;
    } else {
        pf_driver_reply_set_error(call->reply, "user, so or context");
        return;
    }
    if (!pf_driver_call_pin(call, 2, &pin))
        return;
    pf_driver_reply_set_rv(call->reply,
                           call->module->p11->C_Login(session, user, pin.data, pin.size),
                           "C_Login");
    pf_driver_bytes_clear(&pin);
}

static void
run_logout(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_Logout(session), "C_Logout");
}

static void
run_setpin(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    PfDriverBytes old_pin = {0};
    PfDriverBytes new_pin = {0};

    if (!pf_driver_call_session(call, 0, &session))
        return;
    if (pf_driver_call_pin(call, 1, &old_pin) && pf_driver_call_pin(call, 2, &new_pin)) {
        pf_driver_reply_set_rv(call->reply,
                               call->module->p11->C_SetPIN(session, old_pin.data, old_pin.size,
                                                           new_pin.data, new_pin.size),
                               "C_SetPIN");
    }
    pf_driver_bytes_clear(&old_pin);
    pf_driver_bytes_clear(&new_pin);
}

static void
run_initpin(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    PfDriverBytes pin;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_pin(call, 1, &pin))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_InitPIN(session, pin.data, pin.size),
                           "C_InitPIN");
    pf_driver_bytes_clear(&pin);
}

static void
run_getopstate(PfDriverCall *call)
{
    unsigned char state[16384];
    CK_ULONG size = sizeof(state);
    CK_SESSION_HANDLE session;
    CK_RV rv;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    rv = call->module->p11->C_GetOperationState(session, state, &size);
    pf_driver_reply_set_rv(call->reply, rv, "C_GetOperationState");
    if (rv == CKR_OK)
        pf_driver_reply_add_hex(call->reply, "state", state, size);
}

static void
run_setopstate(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    PfDriverBytes state;

    if (!pf_driver_call_session(call, 0, &session) || !pf_driver_call_object(call, 2, &key) ||
        !pf_driver_call_bytes(call, 1, &state))
        return;
    pf_driver_reply_set_rv(call->reply,
                           call->module->p11->C_SetOperationState(session, state.data, state.size,
                                                                  key, 0),
                           "C_SetOperationState");
    pf_driver_bytes_clear(&state);
}

static void
run_functionstatus(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_GetFunctionStatus(session),
                           "C_GetFunctionStatus");
}

static void
run_cancelfunction(PfDriverCall *call)
{
    CK_SESSION_HANDLE session;

    if (!pf_driver_call_session(call, 0, &session))
        return;
    pf_driver_reply_set_rv(call->reply, call->module->p11->C_CancelFunction(session),
                           "C_CancelFunction");
}

const PfDriverCommand pf_driver_session_commands[] = {
    {"open", 1, run_open, "SLOT [ro|rw]"},
    {"close", 1, run_close, "SESSION"},
    {"closeall", 1, run_closeall, "SLOT"},
    {"sessioninfo", 1, run_sessioninfo, "SESSION"},
    {"login", 3, run_login, "SESSION user|so|context PIN|null|hex:…"},
    {"logout", 1, run_logout, "SESSION"},
    {"setpin", 3, run_setpin, "SESSION OLD NEW"},
    {"initpin", 2, run_initpin, "SESSION PIN"},
    {"getopstate", 1, run_getopstate, "SESSION"},
    {"setopstate", 3, run_setopstate, "SESSION STATE KEY"},
    {"functionstatus", 1, run_functionstatus, "SESSION"},
    {"cancelfunction", 1, run_cancelfunction, "SESSION"},
    {NULL},
};
