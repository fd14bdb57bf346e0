/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The logout test of pinfold-tokens: one backend, one token, one PIN, one JSON object. */
#pragma once

#include <json-glib/json-glib.h>

#include "secret.h"

/* Loads the backend at PATH into this process and measures the token TOKEN_URI with PIN, which may
 * be NULL where no login is needed (tokens-measure.h). Returns an object: `ok`, and `library`,
 * `verdict` and the answers (true, false, null) or `fault`. The process is the backend's from then
 * on: the caller ends it by _exit(). */
JsonNode *pf_tokens_logout_run(const char *path, const char *token_uri, const PfSecret *pin);
