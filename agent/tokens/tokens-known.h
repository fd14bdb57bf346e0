/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKnown: what was measured of backends' logout before, without asking for a PIN. */
#pragma once

#include <p11-kit/pkcs11.h>

typedef struct {
    const char *manufacturer; /* CK_INFO.manufacturerID and libraryDescription, */
    const char *description;
    const char *token_manufacturer; /* and CK_TOKEN_INFO.manufacturerID and model; NULL: any */
    const char *token_model;
    const char *version; /* of the library that was measured */
    const char *verdict; /* as pf_tokens_measure_get_verdict() */
} PfTokensKnown;

/* The line for a token of a backend that needs a login; static. NULL: it was never measured. */
const PfTokensKnown *pf_tokens_known_find(const CK_INFO *library, const CK_TOKEN_INFO *token);
