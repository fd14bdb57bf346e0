/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTimeoutRules: how long a token's PIN is kept: the general settings, and what the setting
 * `tokens` says of single tokens. */
#pragma once

#include <glib.h>

/* Seconds; 0: none. */
typedef struct {
    guint32 idle_s;
    guint32 lifetime_s;
} PfTimeouts;

typedef struct PfTimeoutRules PfTimeoutRules;

/* TOKENS: a value of type a{sa{sv}}; NULL: none. What makes no sense in it is left out, with a line
 * in the log. */
PfTimeoutRules *pf_timeout_rules_new(const PfTimeouts *general, GVariant *tokens);

/* NULL is fine. */
void pf_timeout_rules_free(PfTimeoutRules *rules);

/* Has any token a timeout? */
gboolean pf_timeout_rules_has_any(const PfTimeoutRules *rules);

/* For each of the two: the rule of the very token if there is one, else the shortest of those whose
 * URI means it too, else the general setting. */
void pf_timeout_rules_find(PfTimeoutRules *rules, const char *token_uri, PfTimeouts *ret_timeouts);
