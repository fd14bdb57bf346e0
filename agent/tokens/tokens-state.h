/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How it stands with a token's PIN before somebody types one. */
#pragma once

#include "tokens-job.h"

/* The verb `state`: adds `min_pin_len` and `max_pin_len`, each absent when the backend does not
 * tell, and `tries` of the PIN (null: not known). Presents nothing. */
PfTokensFault pf_tokens_state_run(PfTokensJob *job);
