/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What OpenSC does in a way of its own. */
#pragma once

#include <glib.h>

#include <p11-kit/pkcs11.h>

gboolean pf_tokens_opensc_is_loaded(CK_FUNCTION_LIST *p11);

/* Before OpenSC is initialised: makes its C_SetPIN without a login an unblocking by PUK. That is a
 * setting of OpenSC's, and the only way to a PIV card's PUK that is not by an argument of a
 * program: PKCS#11 knows no PUK, and C_Login as security officer is another key of the card. The
 * rest of the machine's configuration stays in force. */
void pf_tokens_opensc_prepare_unblock(void);
