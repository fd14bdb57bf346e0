/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Names of CK_TOKEN_INFO.flags, as status and helper write them. */
#pragma once

#include <glib.h>

#include <p11-kit/pkcs11.h>

/* The CKF_ names, without that prefix, of the bits that are set; unknown bits have none. Free with
 * g_strfreev(). */
GStrv pf_token_flags_to_names(CK_FLAGS flags);

/* And back. */
CK_FLAGS pf_token_flags_from_names(const char *const *list);
