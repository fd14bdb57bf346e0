/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensKey: a private key of a token, chosen to try what a backend lets one do with it. */
#pragma once

#include <glib.h>

#include <p11-kit/pkcs11.h>

typedef struct {
    CK_OBJECT_HANDLE handle;     /* CK_INVALID_HANDLE: there is none */
    CK_MECHANISM_TYPE mechanism; /* how it is used */
    gboolean signs;              /* else it decrypts */
    gsize input_size;            /* bytes that are signed or decrypted */
} PfTokensKey;

/* Handles of at most PF_TOKENS_KEY_OBJECTS_MAX objects are looked at. */
#define PF_TOKENS_KEY_OBJECTS_MAX 256u

/* The objects with CKA_PRIVATE; their number is in *RET_COUNT. */
CK_RV pf_tokens_key_find_private(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                                 CK_OBJECT_HANDLE ret_handles[PF_TOKENS_KEY_OBJECTS_MAX],
                                 CK_ULONG *ret_count);

/* Chooses among HANDLES a private key that signs, else one that decrypts, with a mechanism that
 * SLOT has. Never one that is always-authenticate: each use of it asks for a PIN of its own. */
PfTokensKey pf_tokens_key_choose(CK_FUNCTION_LIST *p11, CK_SLOT_ID slot, CK_SESSION_HANDLE session,
                                 const CK_OBJECT_HANDLE *handles, gsize count);

/* C_SignInit or C_DecryptInit. */
CK_RV pf_tokens_key_begin(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session, const PfTokensKey *key);

/* C_Sign or C_Decrypt, of a text that is always the same; what comes out is thrown away. */
CK_RV pf_tokens_key_complete(CK_FUNCTION_LIST *p11, CK_SESSION_HANDLE session,
                             const PfTokensKey *key);
