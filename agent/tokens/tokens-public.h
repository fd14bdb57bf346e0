/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The public half of a key pair on a token, for OpenSSL. */
#pragma once

#include <openssl/evp.h>

#include "tokens-kind.h"

/* Reads the public key OBJECT, which is of KIND; NULL where it cannot be read, or is not. Free with
 * EVP_PKEY_free(). */
EVP_PKEY *pf_tokens_public_read(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                                CK_OBJECT_HANDLE object, const PfTokensKind *kind);
