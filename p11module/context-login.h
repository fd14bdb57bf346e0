/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Logins for one operation (CKU_CONTEXT_SPECIFIC), for keys that are always to be authenticated
 * (DESIGN 4.11; PKCS#11 2.40, 5.6: C_Login). The cache never answers them by itself. */
#pragma once

#include "object.h"

/* Is KEY one for which the person is to be asked before the backend begins the operation? */
bool pf_context_login_is_due(PfCall *call, PfObject *key);

/* Asks, and under a virtual login opens the window by the answer. CKR_FUNCTION_CANCELED: the person
 * would not, or nobody can be asked. OPERATION is a word for the dialog. */
CK_RV pf_context_login_prepare(PfCall *call, const char *key_label, const char *operation,
                               bool *ret_has_window);

/* C_Login with CKU_CONTEXT_SPECIFIC. On CKR_OK the session has the token alone until its operation
 * ends. */
CK_RV pf_context_login(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len);

/* The operation has ended, or did not begin. */
void pf_context_login_end(PfCall *call);
