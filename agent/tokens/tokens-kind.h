/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKind: a kind of key pair that a person can have made. */
#pragma once

#include <json-glib/json-glib.h>

#include <p11-kit/pkcs11.h>

/* Bytes of what a key is called: PKCS#15, by which cards keep it, has no room for more. */
#define PF_TOKENS_KEY_NAME_MAX 255u

typedef struct {
    const char *word; /* in an answer, and in what is asked for: stays */
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE mechanism;
    CK_ULONG bits;
    int curve; /* OpenSSL's number for it; 0: none */
} PfTokensKind;

/* NULL for a word that is none. Static. */
const PfTokensKind *pf_tokens_kind_find(const char *word);

/* Does SLOT say that it makes such a pair? */
gboolean pf_tokens_kind_fits(const PfTokensKind *kind, CK_FUNCTION_LIST *p11, CK_SLOT_ID slot);

/* The words of all that fit, the most usual first. The caller's. */
JsonArray *pf_tokens_kind_list(CK_FUNCTION_LIST *p11, CK_SLOT_ID slot);
