/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSignatureTokens: tokens of which every private key is for signatures that a person gives one by
 * one. Their PIN is not kept, unless a rule says so (DESIGN 3).
 *
 * Who is told of here are programs, which may lie: what is said can only make it stricter. */
#pragma once

#include <glib.h>

/* Why a token is one. */
typedef enum {
    PF_SIGNATURE_TOKEN_NOT,
    PF_SIGNATURE_TOKEN_BY_KEYS,         /* each use of every key asks for the PIN anyway */
    PF_SIGNATURE_TOKEN_BY_CERTIFICATES, /* of a key at least, its certificate alone says so */
} PfSignatureKind;

typedef struct PfSignatureTokens PfSignatureTokens;

PfSignatureTokens *pf_signature_tokens_new(void);
void pf_signature_tokens_free(PfSignatureTokens *tokens);

/* TOKEN_URI is one from now on. Returns whether that is news. Where there are too many, any token
 * is one by its keys. */
gboolean pf_signature_tokens_add(PfSignatureTokens *tokens, const char *token_uri,
                                 PfSignatureKind kind);

/* It was removed, and what comes next is looked at anew. */
void pf_signature_tokens_remove(PfSignatureTokens *tokens, const char *token_uri);

PfSignatureKind pf_signature_tokens_get(const PfSignatureTokens *tokens, const char *token_uri);

/* Those that are known by name: free with g_strfreev(). */
GStrv pf_signature_tokens_list(const PfSignatureTokens *tokens);
