/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Pinfold's own functions, exported by pinfold-pkcs11.so beside those of PKCS#11: application IDs.
 *
 * Sessions of one application ID share one login on a token, over all processes of a user. An ID is
 * 64 bits, given as two parts of which the low 32 bits count. A process that sets none has one that
 * nobody else can name, or the one of its configuration or group.
 *
 * An ID is no right: whether a process is served a login that it did not make is the user's setting
 * `sharing`. Without the right its sessions of a shared ID are public, and its own C_Login works.
 *
 * An example: the first program logs in for all, and the ID outlives it; the others find themselves
 * logged in when they open a session, if the user lets them.
 *
 *     C_Initialize(NULL);
 *     CA_SetApplicationID(3, 4);
 *     CA_OpenApplicationID(slot, 3, 4);
 *     C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session);
 *     C_Login(session, CKU_USER, pin, pin_len);
 *     C_Finalize(NULL);    and when all is done, from whatever program:
 *     CA_CloseApplicationID(slot, 3, 4);
 *
 * Found by dlsym(), or by C_GetInterface() under PF_INTERFACE_APPLICATION_ID. All may be called
 * from any thread, and from none of them do they ask a person anything. Include a PKCS#11 header
 * with CK_RV, CK_ULONG, CK_SLOT_ID and CK_VERSION first. A child after fork() calls C_Initialize
 * before them, and has no ID of its parent's.
 */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Sets the ID of sessions that the process opens from now on through this copy of the module; those
 * that are open keep theirs. To be called between C_Initialize and C_Finalize, which ends it; at
 * any other time it does nothing. Always CKR_OK. */
CK_RV CA_SetApplicationID(CK_ULONG ulHigh, CK_ULONG ulLow);

/* Keeps an ID alive on a token: without this its login ends with the last of its sessions in all
 * processes; with it, not before CA_CloseApplicationID() or the end of the user's Pinfold agent.
 * The PIN can still be forgotten meanwhile (screen locked, token removed, …). Needs no session, no
 * login and no CA_SetApplicationID().
 *
 * CKR_OK, also if it was open; CKR_SLOT_ID_INVALID; CKR_TOKEN_NOT_PRESENT;
 * CKR_CRYPTOKI_NOT_INITIALIZED; CKR_FUNCTION_FAILED: no agent, or none is wanted
 * (P11_EnableCachePIN = 0), or too many IDs are open (256 of a user); or what the module behind
 * says when it is asked for its token, such as CKR_DEVICE_REMOVED. Waits for the agent at most two
 * seconds. */
CK_RV CA_OpenApplicationID(CK_SLOT_ID slotID, CK_ULONG ulHigh, CK_ULONG ulLow);

/* Undoes that, and closes every session of the ID on the token in every process: their handles are
 * invalid (CKR_SESSION_HANDLE_INVALID) when it returns, and nobody is logged in by the ID. An ID
 * that was never opened, or that nobody uses, is closed as well.
 *
 * Errors as CA_OpenApplicationID(). */
CK_RV CA_CloseApplicationID(CK_SLOT_ID slotID, CK_ULONG ulHigh, CK_ULONG ulLow);

/* The name and the function list of the same three for C_GetInterface():
 *
 *     CK_INTERFACE *interface;
 *     C_GetInterface((CK_UTF8CHAR *)PF_INTERFACE_APPLICATION_ID, NULL, &interface, 0);
 *     PfApplicationIdFunctions *functions = interface->pFunctionList;
 */
#define PF_INTERFACE_APPLICATION_ID "Vendor Pinfold"

typedef struct PfApplicationIdFunctions {
    CK_VERSION version; /* 1.0; functions are added at the end and raise the minor version */
    CK_RV (*CA_SetApplicationID)(CK_ULONG ulHigh, CK_ULONG ulLow);
    CK_RV (*CA_OpenApplicationID)(CK_SLOT_ID slotID, CK_ULONG ulHigh, CK_ULONG ulLow);
    CK_RV (*CA_CloseApplicationID)(CK_SLOT_ID slotID, CK_ULONG ulHigh, CK_ULONG ulLow);
} PfApplicationIdFunctions;

#ifdef __cplusplus
}
#endif
