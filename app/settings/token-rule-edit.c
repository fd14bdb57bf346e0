/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Token rules: looked up and written by the token's whole URI. */
#include "token-rule-edit.h"

static GVariant *
lookup(GVariant *tokens, const char *uri)
{
    return g_variant_lookup_value(tokens, uri, G_VARIANT_TYPE_VARDICT);
}

const char *
pf_token_rule_edit_get_mode(GVariant *tokens, const char *uri)
{
    g_autoptr(GVariant) rule = lookup(tokens, uri);
    g_autoptr(GVariant) mode = rule != NULL ? g_variant_lookup_value(rule, "mode", NULL) : NULL;
    if (mode == NULL)
        return "";
    if (g_variant_is_of_type(mode, G_VARIANT_TYPE_STRING)) {
        if (g_str_equal(g_variant_get_string(mode, NULL), "process"))
            return "process";
        if (g_str_equal(g_variant_get_string(mode, NULL), "shared"))
            return "shared";
    }
    return "never";
}

/* TOKENS with RULE, which may be empty, for URI. */
static GVariant *
replace(GVariant *tokens, const char *uri, GVariant *rule)
{
    GVariantBuilder builder;
    GVariantIter iter;
    const char *key;
    GVariant *value;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sa{sv}}"));
    g_variant_iter_init(&iter, tokens);
    while (g_variant_iter_loop(&iter, "{&s@a{sv}}", &key, &value)) {
        if (!g_str_equal(key, uri))
            g_variant_builder_add(&builder, "{s@a{sv}}", key, value);
    }
    if (g_variant_n_children(rule) > 0)
        g_variant_builder_add(&builder, "{s@a{sv}}", uri, rule);
    return g_variant_builder_end(&builder);
}

/* TEXT "": nothing. */
static GVariant *
set_text(GVariant *tokens, const char *uri, const char *key, const char *text)
{
    g_autoptr(GVariant) old = lookup(tokens, uri);
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(old);
    if (*text != '\0')
        g_variant_dict_insert(&dict, key, "s", text);
    else
        g_variant_dict_remove(&dict, key);
    g_autoptr(GVariant) rule = g_variant_ref_sink(g_variant_dict_end(&dict));
    return replace(tokens, uri, rule);
}

GVariant *
pf_token_rule_edit_set_mode(GVariant *tokens, const char *uri, const char *mode)
{
    return set_text(tokens, uri, "mode", mode);
}

char *
pf_token_rule_edit_dup_name(GVariant *tokens, const char *uri)
{
    g_autoptr(GVariant) rule = lookup(tokens, uri);
    char *name = NULL;
    if (rule != NULL)
        g_variant_lookup(rule, "name", "s", &name);
    return name;
}

GVariant *
pf_token_rule_edit_set_name(GVariant *tokens, const char *uri, const char *name)
{
    return set_text(tokens, uri, "name", name);
}

gboolean
pf_token_rule_edit_has_rule(GVariant *tokens, const char *uri)
{
    g_autoptr(GVariant) rule = lookup(tokens, uri);
    if (rule == NULL)
        return FALSE;
    g_autoptr(GVariant) name = g_variant_lookup_value(rule, "name", NULL);
    return g_variant_n_children(rule) > (name != NULL ? 1u : 0u);
}

gboolean
pf_token_rule_edit_get_seconds(GVariant *tokens, const char *uri, const char *key,
                               guint *ret_seconds)
{
    g_autoptr(GVariant) rule = lookup(tokens, uri);
    return rule != NULL && g_variant_lookup(rule, key, "u", ret_seconds);
}
