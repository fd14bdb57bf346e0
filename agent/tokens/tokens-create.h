/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The verbs by which software tokens come and go. */
#pragma once

#include "tokens-job.h"

/* `create`: instead of a token's URI it has the label of the new token; the proof is the PIN of the
 * security officer, the secret that of the user. Adds `uri`. A token that could not be given both
 * PINs does not stay. */
PfTokensFault pf_tokens_create_run(PfTokensJob *job);

/* `delete`: a software token with all that is in it; asks for no PIN. */
PfTokensFault pf_tokens_create_run_delete(PfTokensJob *job);
