/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenRules: the setting `tokens`: what single tokens want otherwise. */
#pragma once

#include <glib.h>

typedef enum {
    PF_TOKEN_RULE_NONE,  /* as the general settings */
    PF_TOKEN_RULE_NEVER, /* nothing is cached */
    PF_TOKEN_RULE_PROCESS,
    PF_TOKEN_RULE_SHARED,
} PfTokenRule;

typedef struct PfTokenRules PfTokenRules;

/* Reads a value of type a{sa{sv}}, NULL for none. What makes no sense in it is left out, with a
 * line in the log. */
PfTokenRules *pf_token_rules_new(GVariant *value);

/* VALUE without what has no say in caching, such as the name that the person gave a token: two
 * values that mean the same are equal after this. The caller's; NULL for NULL. */
GVariant *pf_token_rules_dup_meaning(GVariant *value);

/* NULL is fine. */
void pf_token_rules_free(PfTokenRules *rules);

/* The rule for a token: of the very token if there is one, else the strictest of those whose URI
 * means it too. */
PfTokenRule pf_token_rules_get_mode(PfTokenRules *rules, const char *token_uri);
