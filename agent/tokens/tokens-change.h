/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The verbs that give a token another PIN. Each presents its proof once. */
#pragma once

#include "tokens-job.h"

/* `change-pin`: the proof is the present PIN, the secret the new one. Adds `tries` when the present
 * one was refused. */
PfTokensFault pf_tokens_change_run(PfTokensJob *job);

/* `unblock`: the proof is the PUK, or the PIN of the security officer, the secret the new PIN of
 * the user, who has all tries then. */
PfTokensFault pf_tokens_change_run_unblock(PfTokensJob *job);

/* `init-pin`: the same for a token whose user has no PIN yet. */
PfTokensFault pf_tokens_change_run_init(PfTokensJob *job);
