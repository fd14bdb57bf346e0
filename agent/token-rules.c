/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenRules: patterns, and what was found for the tokens that were asked about. */
#include "token-rules.h"

#include <string.h>

#include "token-pattern.h"

#define RULES_MAX 256u
/* Tokens whose rule is remembered: URIs come from programs. */
#define FOUND_MAX 64u

typedef struct {
    char *uri;
    PfTokenPattern *pattern;
    PfTokenRule mode;
} Rule;

struct PfTokenRules {
    GArray *list;      /* of Rule */
    GHashTable *found; /* token URI -> PfTokenRule */
};

static void
clear_rule(gpointer data)
{
    Rule *rule = data;
    g_free(rule->uri);
    pf_token_pattern_free(rule->pattern);
}

static PfTokenRule
read_mode(const char *uri, GVariant *dict)
{
    static const char *const names[] = {
        [PF_TOKEN_RULE_NEVER] = "never",
        [PF_TOKEN_RULE_PROCESS] = "process",
        [PF_TOKEN_RULE_SHARED] = "shared",
    };
    g_autoptr(GVariant) value = g_variant_lookup_value(dict, "mode", NULL);
    if (value == NULL)
        return PF_TOKEN_RULE_NONE;
    if (g_variant_is_of_type(value, G_VARIANT_TYPE_STRING)) {
        for (guint i = PF_TOKEN_RULE_NEVER; i < G_N_ELEMENTS(names); i++) {
            if (strcmp(g_variant_get_string(value, NULL), names[i]) == 0)
                return (PfTokenRule)i;
        }
    }
    /* Somebody meant to say something about this token: the safe thing. */
    g_message("The mode of a rule in the setting `tokens` is none, `never` is meant: %.256s", uri);
    return PF_TOKEN_RULE_NEVER;
}

static void
add_rule(PfTokenRules *rules, const char *uri, GVariant *dict)
{
    const char *reason = "there are too many rules";
    Rule rule = {NULL};
    if (rules->list->len < RULES_MAX)
        rule.pattern = pf_token_pattern_new(uri, &reason);
    if (rule.pattern == NULL) {
        g_message("A rule of the setting `tokens` is left out: its URI %s", reason);
        return;
    }
    rule.uri = g_strdup(uri);
    rule.mode = read_mode(uri, dict);
    g_array_append_val(rules->list, rule);
}

PfTokenRules *
pf_token_rules_new(GVariant *value)
{
    PfTokenRules *rules = g_new0(PfTokenRules, 1);
    rules->list = g_array_new(FALSE, FALSE, sizeof(Rule));
    g_array_set_clear_func(rules->list, clear_rule);
    rules->found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (value == NULL || !g_variant_is_of_type(value, G_VARIANT_TYPE("a{sa{sv}}")))
        return rules;
    GVariantIter iter;
    const char *uri;
    GVariant *dict;
    g_variant_iter_init(&iter, value);
    while (g_variant_iter_loop(&iter, "{&s@a{sv}}", &uri, &dict))
        add_rule(rules, uri, dict);
    return rules;
}

static GVariant *
dup_rule_meaning(GVariant *rule)
{
    static const char *const keys[] = {"mode", "idle-timeout", "max-lifetime"};
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(rule, keys[i], NULL);
        if (value != NULL)
            g_variant_dict_insert_value(&dict, keys[i], value);
    }
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

GVariant *
pf_token_rules_dup_meaning(GVariant *value)
{
    if (value == NULL || !g_variant_is_of_type(value, G_VARIANT_TYPE("a{sa{sv}}")))
        return NULL;
    GVariantBuilder builder;
    GVariantIter iter;
    const char *uri;
    GVariant *rule;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sa{sv}}"));
    g_variant_iter_init(&iter, value);
    while (g_variant_iter_loop(&iter, "{&s@a{sv}}", &uri, &rule)) {
        g_autoptr(GVariant) meaning = dup_rule_meaning(rule);
        if (g_variant_n_children(meaning) > 0)
            g_variant_builder_add(&builder, "{s@a{sv}}", uri, meaning);
    }
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

void
pf_token_rules_free(PfTokenRules *rules)
{
    if (rules == NULL)
        return;
    g_array_unref(rules->list);
    g_hash_table_unref(rules->found);
    g_free(rules);
}

static PfTokenRule
find_mode(const PfTokenRules *rules, const char *token_uri)
{
    PfTokenRule strictest = PF_TOKEN_RULE_NONE;
    for (guint i = 0; i < rules->list->len; i++) {
        const Rule *rule = &g_array_index(rules->list, Rule, i);
        if (rule->mode == PF_TOKEN_RULE_NONE)
            continue;
        if (strcmp(rule->uri, token_uri) == 0)
            return rule->mode;
        if ((strictest == PF_TOKEN_RULE_NONE || rule->mode < strictest) &&
            pf_token_pattern_matches(rule->pattern, token_uri))
            strictest = rule->mode;
    }
    return strictest;
}

PfTokenRule
pf_token_rules_get_mode(PfTokenRules *rules, const char *token_uri)
{
    gpointer mode;
    if (rules->list->len == 0)
        return PF_TOKEN_RULE_NONE;
    if (g_hash_table_lookup_extended(rules->found, token_uri, NULL, &mode))
        return (PfTokenRule)GPOINTER_TO_UINT(mode);
    PfTokenRule found = find_mode(rules, token_uri);
    if (g_hash_table_size(rules->found) >= FOUND_MAX)
        g_hash_table_remove_all(rules->found);
    g_hash_table_insert(rules->found, g_strdup(token_uri), GUINT_TO_POINTER(found));
    return found;
}
