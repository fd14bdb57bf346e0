/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests what the setting `tokens` is read as, and which of its rules holds for a token. */
#include "token-rules.h"

#define ONE "pkcs11:model=Test;manufacturer=Pinfold;serial=0001;token=one"
#define TWO "pkcs11:model=Test;manufacturer=Pinfold;serial=0002;token=two"

static const struct {
    const char *text;
    PfTokenRule one;
    PfTokenRule two;
} rules[] = {
    {"@a{sa{sv}} {}", PF_TOKEN_RULE_NONE, PF_TOKEN_RULE_NONE},
    {"{'" ONE "': {'mode': <'never'>}}", PF_TOKEN_RULE_NEVER, PF_TOKEN_RULE_NONE},
    {"{'" ONE "': {'mode': <'process'>}}", PF_TOKEN_RULE_PROCESS, PF_TOKEN_RULE_NONE},
    {"{'" ONE "': {'mode': <'shared'>}}", PF_TOKEN_RULE_SHARED, PF_TOKEN_RULE_NONE},
    {"{'pkcs11:token=two': {'mode': <'shared'>}}", PF_TOKEN_RULE_NONE, PF_TOKEN_RULE_SHARED},
    {"{'pkcs11:manufacturer=Pinfold': {'mode': <'never'>}}", PF_TOKEN_RULE_NEVER,
     PF_TOKEN_RULE_NEVER},
    /* The very token goes before its kind. */
    {"{'pkcs11:model=Test': {'mode': <'never'>}, '" TWO "': {'mode': <'shared'>}}",
     PF_TOKEN_RULE_NEVER, PF_TOKEN_RULE_SHARED},
    /* Of two kinds the stricter one. */
    {"{'pkcs11:model=Test': {'mode': <'shared'>}, 'pkcs11:serial=0001': {'mode': <'process'>}}",
     PF_TOKEN_RULE_PROCESS, PF_TOKEN_RULE_SHARED},
    {"{'pkcs11:serial=0001': {'mode': <'process'>}, 'pkcs11:model=Test': {'mode': <'shared'>}}",
     PF_TOKEN_RULE_PROCESS, PF_TOKEN_RULE_SHARED},
    /* Rules about something else say nothing about the mode. */
    {"{'" ONE "': {'idle-timeout': <uint32 5>}}", PF_TOKEN_RULE_NONE, PF_TOKEN_RULE_NONE},
    /* What is not understood is meant as a restriction; what means no token, as nothing. */
    {"{'" ONE "': {'mode': <'sometimes'>}}", PF_TOKEN_RULE_NEVER, PF_TOKEN_RULE_NONE},
    {"{'" ONE "': {'mode': <5>}}", PF_TOKEN_RULE_NEVER, PF_TOKEN_RULE_NONE},
    {"{'card': {'mode': <'never'>}}", PF_TOKEN_RULE_NONE, PF_TOKEN_RULE_NONE},
    {"{'pkcs11:object=key': {'mode': <'never'>}}", PF_TOKEN_RULE_NONE, PF_TOKEN_RULE_NONE},
    {"{'pkcs11:token=one?pin-value=1': {'mode': <'never'>}}", PF_TOKEN_RULE_NONE,
     PF_TOKEN_RULE_NONE},
};

static void
test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autoptr(GVariant) value =
            g_variant_parse(G_VARIANT_TYPE("a{sa{sv}}"), rules[i].text, NULL, NULL, NULL);
        PfTokenRules *parsed = pf_token_rules_new(value);
        g_test_message("%s", rules[i].text);
        /* Twice: found, and remembered. */
        for (int round = 0; round < 2; round++) {
            g_assert_cmpint(pf_token_rules_get_mode(parsed, ONE), ==, rules[i].one);
            g_assert_cmpint(pf_token_rules_get_mode(parsed, TWO), ==, rules[i].two);
        }
        pf_token_rules_free(parsed);
    }
}

static void
test_meaning(void)
{
    static const struct {
        const char *text;
        const char *meaning;
    } rows[] = {
        {"@a{sa{sv}} {}", "@a{sa{sv}} {}"},
        {"{'" ONE "': {'name': <'Work'>}}", "@a{sa{sv}} {}"},
        {"{'" ONE "': {'name': <'Work'>, 'mode': <'never'>}, '" TWO
         "': {'idle-timeout': <uint32 5>}}",
         "{'" ONE "': {'mode': <'never'>}, '" TWO "': {'idle-timeout': <uint32 5>}}"},
        {"{'" ONE "': {'max-lifetime': <uint32 9>}}", "{'" ONE "': {'max-lifetime': <uint32 9>}}"},
    };
    const GVariantType *type = G_VARIANT_TYPE("a{sa{sv}}");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GVariant) value = g_variant_parse(type, rows[i].text, NULL, NULL, NULL);
        g_autoptr(GVariant) expected = g_variant_parse(type, rows[i].meaning, NULL, NULL, NULL);
        g_autoptr(GVariant) meaning = pf_token_rules_dup_meaning(value);
        g_test_message("%s", rows[i].text);
        g_assert_true(g_variant_equal(meaning, expected));
    }
    g_assert_null(pf_token_rules_dup_meaning(NULL));
}

static void
test_nothing(void)
{
    PfTokenRules *parsed = pf_token_rules_new(NULL);
    g_assert_cmpint(pf_token_rules_get_mode(parsed, ONE), ==, PF_TOKEN_RULE_NONE);
    pf_token_rules_free(parsed);
    g_autoptr(GVariant) other = g_variant_ref_sink(g_variant_new_string("tokens"));
    parsed = pf_token_rules_new(other);
    g_assert_cmpint(pf_token_rules_get_mode(parsed, ONE), ==, PF_TOKEN_RULE_NONE);
    pf_token_rules_free(parsed);
}

static void
test_many_tokens(void)
{
    g_autoptr(GVariant) value =
        g_variant_parse(G_VARIANT_TYPE("a{sa{sv}}"), "{'pkcs11:model=Test': {'mode': <'shared'>}}",
                        NULL, NULL, NULL);
    PfTokenRules *parsed = pf_token_rules_new(value);
    for (int i = 0; i < 200; i++) {
        g_autofree char *uri =
            g_strdup_printf("pkcs11:model=%s;serial=%d", i % 2 ? "Test" : "Other", i);
        g_assert_cmpint(pf_token_rules_get_mode(parsed, uri), ==,
                        i % 2 ? PF_TOKEN_RULE_SHARED : PF_TOKEN_RULE_NONE);
    }
    pf_token_rules_free(parsed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-rules/table", test_table);
    g_test_add_func("/token-rules/meaning", test_meaning);
    g_test_add_func("/token-rules/nothing", test_nothing);
    g_test_add_func("/token-rules/many-tokens", test_many_tokens);
    return g_test_run();
}
