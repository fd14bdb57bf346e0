/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTimeoutRules: patterns, and what was found for the tokens that were asked about. */
#include "timeout-rules.h"

#include <string.h>

#include "token-pattern.h"

#define RULES_MAX 256u
/* Tokens whose timeouts are remembered: URIs come from programs. */
#define FOUND_MAX 64u

typedef struct {
    char *uri;
    PfTokenPattern *pattern;
    gboolean has_idle;
    gboolean has_lifetime;
    PfTimeouts timeouts;
} Rule;

struct PfTimeoutRules {
    PfTimeouts general;
    GArray *list;      /* of Rule */
    GHashTable *found; /* token URI -> PfTimeouts */
};

static void
clear_rule(gpointer data)
{
    Rule *rule = data;
    g_free(rule->uri);
    pf_token_pattern_free(rule->pattern);
}

static gboolean
read_seconds(GVariant *dict, const char *key, guint32 *ret_seconds)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(dict, key, NULL);
    if (value == NULL)
        return FALSE;
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32)) {
        g_message("`%s` of a rule in the setting `tokens` is no number of seconds", key);
        return FALSE;
    }
    *ret_seconds = g_variant_get_uint32(value);
    return TRUE;
}

static void
add_rule(PfTimeoutRules *rules, const char *uri, GVariant *dict)
{
    const char *reason;
    Rule rule = {NULL};
    rule.has_idle = read_seconds(dict, "idle-timeout", &rule.timeouts.idle_s);
    rule.has_lifetime = read_seconds(dict, "max-lifetime", &rule.timeouts.lifetime_s);
    if (rules->list->len >= RULES_MAX || (!rule.has_idle && !rule.has_lifetime))
        return;
    rule.pattern = pf_token_pattern_new(uri, &reason);
    if (rule.pattern == NULL) {
        g_message("The timeouts of a rule of the setting `tokens` are left out: its URI %s",
                  reason);
        return;
    }
    rule.uri = g_strdup(uri);
    g_array_append_val(rules->list, rule);
}

PfTimeoutRules *
pf_timeout_rules_new(const PfTimeouts *general, GVariant *tokens)
{
    PfTimeoutRules *rules = g_new0(PfTimeoutRules, 1);
    rules->general = *general;
    rules->list = g_array_new(FALSE, FALSE, sizeof(Rule));
    g_array_set_clear_func(rules->list, clear_rule);
    rules->found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (tokens == NULL || !g_variant_is_of_type(tokens, G_VARIANT_TYPE("a{sa{sv}}")))
        return rules;
    GVariantIter iter;
    const char *uri;
    GVariant *dict;
    g_variant_iter_init(&iter, tokens);
    while (g_variant_iter_loop(&iter, "{&s@a{sv}}", &uri, &dict))
        add_rule(rules, uri, dict);
    return rules;
}

void
pf_timeout_rules_free(PfTimeoutRules *rules)
{
    if (rules == NULL)
        return;
    g_array_unref(rules->list);
    g_hash_table_unref(rules->found);
    g_free(rules);
}

gboolean
pf_timeout_rules_has_any(const PfTimeoutRules *rules)
{
    gboolean has_any = rules->general.idle_s != 0 || rules->general.lifetime_s != 0;
    for (guint i = 0; i < rules->list->len && !has_any; i++) {
        const Rule *rule = &g_array_index(rules->list, Rule, i);
        has_any = rule->timeouts.idle_s != 0 || rule->timeouts.lifetime_s != 0;
    }
    return has_any;
}

/* None is the longest of all. */
static guint32
get_shorter(guint32 a, guint32 b)
{
    return a != 0 && (b == 0 || a < b) ? a : b;
}

/* A rule that means the token says SECONDS: takes it into what was found until now. */
static void
take(guint32 seconds, gboolean is_exact, gboolean *has, gboolean *has_exact, guint32 *found)
{
    if (*has_exact)
        return;
    *found = is_exact || !*has ? seconds : get_shorter(*found, seconds);
    *has = TRUE;
    *has_exact = is_exact;
}

static void
find(const PfTimeoutRules *rules, const char *token_uri, PfTimeouts *found)
{
    gboolean has_idle = FALSE;
    gboolean has_lifetime = FALSE;
    gboolean has_exact_idle = FALSE;
    gboolean has_exact_lifetime = FALSE;
    *found = rules->general;
    for (guint i = 0; i < rules->list->len; i++) {
        const Rule *rule = &g_array_index(rules->list, Rule, i);
        gboolean is_exact = strcmp(rule->uri, token_uri) == 0;
        if (!is_exact && !pf_token_pattern_matches(rule->pattern, token_uri))
            continue;
        if (rule->has_idle)
            take(rule->timeouts.idle_s, is_exact, &has_idle, &has_exact_idle, &found->idle_s);
        if (rule->has_lifetime)
            take(rule->timeouts.lifetime_s, is_exact, &has_lifetime, &has_exact_lifetime,
                 &found->lifetime_s);
    }
}

void
pf_timeout_rules_find(PfTimeoutRules *rules, const char *token_uri, PfTimeouts *ret_timeouts)
{
    if (rules->list->len == 0) {
        *ret_timeouts = rules->general;
        return;
    }
    PfTimeouts *found = g_hash_table_lookup(rules->found, token_uri);
    if (found == NULL) {
        if (g_hash_table_size(rules->found) >= FOUND_MAX)
            g_hash_table_remove_all(rules->found);
        found = g_new(PfTimeouts, 1);
        find(rules, token_uri, found);
        g_hash_table_insert(rules->found, g_strdup(token_uri), found);
    }
    *ret_timeouts = *found;
}
