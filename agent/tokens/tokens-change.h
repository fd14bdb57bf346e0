/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The verbs that give a token another PIN. */
#pragma once

#include "tokens-job.h"

/* `change-pin`: the proof is the present PIN, the secret the new one. The proof is presented once.
 */
PfTokensFault pf_tokens_change_run(PfTokensJob *job);
