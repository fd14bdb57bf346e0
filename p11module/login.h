/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_Login and C_Logout: a virtual login where the PIN can be cached, the backend's own elsewhere
 * (DESIGN 4.1, 4.5, 4.12, 4.14). */
#pragma once

#include "presentation.h"
#include "session.h"

/* C_Login with CKU_USER (PKCS#11 2.40, 5.6). */
CK_RV pf_login_user(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len);

/* C_Login with CKU_SO: officer.h. */
CK_RV pf_login_so(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len);

/* Is the session's domain logged in virtually, with a PIN at hand? */
bool pf_login_is_standing(PfCall *call);

/* C_LoginUser (PKCS#11 3.0, 5.6): the backend's own login, as the agent keeps no PINs of names. */
CK_RV pf_login_named(PfCall *call, CK_USER_TYPE type, CK_BYTE *pin, CK_ULONG pin_len, CK_BYTE *name,
                     CK_ULONG name_len);

/* C_Logout. */
CK_RV pf_login_end(PfCall *call);

/* Lets go of the windows that are held by what was begun or made in a login of the domain that is
 * over: by another process, a new PIN, a rejection. Nobody tells this process, so each call looks
 * while a window is up; and so does who opens one. */
void pf_login_settle(PfCall *call);

/* Logs the backend in for a window with the cached PIN. RET_IS_FOREIGN: somebody else had logged it
 * in. CKR_USER_NOT_LOGGED_IN when there is no PIN to be had; RET_LACK then says why. */
CK_RV pf_login_for_window(PfCall *call, const PfUse *use, bool *ret_is_foreign,
                          PfPinLack *ret_lack);

/* Asks the person for the PIN of a sleeping domain; on CKR_OK the window is open by it. */
CK_RV pf_login_wake(PfCall *call, const PfUse *use);

/* A window that is open already is used: told to the agent, which no PIN was asked of for it. */
void pf_login_note_use(PfCall *call, const PfUse *use);
