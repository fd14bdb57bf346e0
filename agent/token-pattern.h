/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenPattern: an RFC 7512 URI that may leave fields out, and the tokens that it means. */
#pragma once

#include <stdbool.h>

typedef struct PfTokenPattern PfTokenPattern;

/* Parses URI. Returns NULL when it is malformed, names anything but a token, or holds a PIN, with
 * *RET_REASON, a static text that does not repeat the URI. */
PfTokenPattern *pf_token_pattern_new(const char *uri, const char **ret_reason);

/* Are all fields that the pattern names those of TOKEN_URI? */
bool pf_token_pattern_matches(const PfTokenPattern *pattern, const char *token_uri);

/* The label that TOKEN_URI names, as it is on the token; "" without one. Free with free(). */
char *pf_token_pattern_dup_label(const char *token_uri);

/* NULL is fine. */
void pf_token_pattern_free(PfTokenPattern *pattern);
