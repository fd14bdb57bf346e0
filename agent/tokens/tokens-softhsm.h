/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Software tokens: SoftHSM's files, where they are and how one of them goes. */
#pragma once

#include <glib.h>

#include "tokens-target.h"

/* Before SoftHSM is initialised: gives the user a configuration and a folder for tokens where there
 * are none, since those of the machine are not for users. One that is there is left as it is, and
 * so is a folder of the machine's that the user can write, or has tokens that would be out of
 * sight. */
void pf_tokens_softhsm_prepare(void);

/* The configured module that is SoftHSM by its file's name; the caller's, NULL where there is none.
 * Asked before it is loaded, since without a configuration it does not start. */
char *pf_tokens_softhsm_dup_path(void);

gboolean pf_tokens_softhsm_is_loaded(CK_FUNCTION_LIST *p11);

/* Deletes the token by SoftHSM's own tool; PKCS#11 has no call for it. */
PfTokensFault pf_tokens_softhsm_delete(const PfTokensTarget *target);
