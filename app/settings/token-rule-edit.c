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

GVariant *
pf_token_rule_edit_set_mode(GVariant *tokens, const char *uri, const char *mode)
{
    g_autoptr(GVariant) old = lookup(tokens, uri);
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(old);
    if (*mode != '\0')
        g_variant_dict_insert(&dict, "mode", "s", mode);
    else
        g_variant_dict_remove(&dict, "mode");
    g_autoptr(GVariant) rule = g_variant_ref_sink(g_variant_dict_end(&dict));
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

gboolean
pf_token_rule_edit_get_seconds(GVariant *tokens, const char *uri, const char *key,
                               guint *ret_seconds)
{
    g_autoptr(GVariant) rule = lookup(tokens, uri);
    return rule != NULL && g_variant_lookup(rule, key, "u", ret_seconds);
}
