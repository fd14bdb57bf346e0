/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* New PINs: after each the copies that anybody had are worthless (DESIGN 4.13). */
#pragma once

#include "session.h"

/* C_SetPIN and C_InitPIN (PKCS#11 2.40, 5.5). A user's PIN of a host that gives none, because it
 * was told that it need not, is asked in the dialog: CKR_FUNCTION_CANCELED when nobody answers. */
CK_RV pf_pin_change_set(PfCall *call, CK_BYTE *old_pin, CK_ULONG old_len, CK_BYTE *new_pin,
                        CK_ULONG new_len);
CK_RV pf_pin_change_init(PfCall *call, CK_BYTE *pin, CK_ULONG pin_len);

/* C_InitToken: the token is another one afterwards, or is empty at least. */
CK_RV pf_pin_change_init_token(PfModule *module, PfSlot *slot, CK_BYTE *pin, CK_ULONG pin_len,
                               CK_BYTE *label);
