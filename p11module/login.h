/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* C_Login and C_Logout: a virtual login where the PIN can be cached, the backend's own elsewhere
 * (DESIGN 4.1, 4.5, 4.12, 4.14). */
#pragma once

#include "session.h"

/* C_Login with CKU_USER (PKCS#11 2.40, 5.6). */
CK_RV pf_login_user(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len);

/* C_Login with CKU_SO or CKU_CONTEXT_SPECIFIC: the backend's affair. */
CK_RV pf_login_other(PfCall *call, CK_USER_TYPE type, CK_BYTE *pin, CK_ULONG pin_len);

/* C_Logout. */
CK_RV pf_login_end(PfCall *call);

/* Logs the backend in for a window, with the cached PIN or, where that was forgotten, with one that
 * the person gives. RET_IS_FOREIGN: somebody else had logged it in. CKR_USER_NOT_LOGGED_IN when
 * there is no PIN to be had. */
CK_RV pf_login_for_window(PfCall *call, const char *key_label, bool *ret_is_foreign);
