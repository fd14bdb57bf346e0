/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The verb that has a token make a key pair. */
#pragma once

#include "tokens-job.h"

/* `generate`, with two words more: a kind (tokens-kind.h) and what the key is called. The proof is
 * the PIN of the user, presented once, and not at all where it is known that the token does not
 * make such a key. The private key is sensitive, cannot be exported, and is made in the token; the
 * public one lies beside it. Both have the CKA_ID of tokens-keydata.h, or, of a token that does not
 * change one, a random one.
 *
 * Adds `public_key` (SubjectPublicKeyInfo, base64) and its `label`; `begun`, true, when the token
 * was told to make the key; and `left`, how many of the two stay where it was not wanted any more
 * and they cannot be destroyed. What the token is doing then is not interrupted, as PKCS#11 has no
 * way to do that. */
PfTokensFault pf_tokens_generate_run(PfTokensJob *job);

/* `can-generate`: no login, and nothing is made. Adds `kinds`, the words, and what `state` adds.
 * read-only or unsupported where it is certain that no key can be made. */
PfTokensFault pf_tokens_generate_run_check(PfTokensJob *job);
