/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The certificates of a token that anybody can read. */
#pragma once

#include "tokens-job.h"

/* The verb `certificates`: adds `certificates`, an array of `label`, `id` (hexadecimal), `der`
 * (base64) and `has_key` (true, false, or null: private keys are hidden without a login), and
 * `truncated`: there are more or larger ones than PF_TOKENS_CERTIFICATES_MAX and _SIZE_MAX. */
PfTokensFault pf_tokens_certificates_run(PfTokensJob *job);

#define PF_TOKENS_CERTIFICATES_MAX      64u
#define PF_TOKENS_CERTIFICATES_SIZE_MAX (16ul * 1024u)
