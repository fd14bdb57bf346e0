/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What comes of having a token make a key, in words; no widgets. */
#pragma once

#include <json-glib/json-glib.h>

#include "tokens-fault.h"

/* Why the token with that NAME makes no key at all. The caller owns it; the reason is static, NULL:
 * FAULT says it as well as anything. */
char *pf_generate_text_dup_refusal(const char *name);
const char *pf_generate_text_get_reason(PfTokensFault fault);

/* The kinds in the answer to `can-generate`; the caller's. */
GStrv pf_generate_text_dup_kinds(JsonObject *answer);

/* What a token is doing, by a step of agent/tokens/tokens-progress.h; NULL for one that is not
 * known, or that says nothing new when the person has stopped it. Static. */
const char *pf_generate_text_get_step(const char *step, gboolean is_stopped);

/* What there may be on the token all the same, by the helper's ANSWER to a `generate` that ended
 * with FAULT; NULL: nothing. Static. */
const char *pf_generate_text_get_rest(JsonObject *answer, PfTokensFault fault);
