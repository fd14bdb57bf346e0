/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests how the setting `tokens` is read and changed for one token. */
#include "token-rule-edit.h"

#define ONE "pkcs11:serial=0001;token=one"
#define TWO "pkcs11:serial=0002;token=two"

static const struct {
    const char *before;
    const char *mode; /* of ONE before */
    const char *wanted;
    const char *after;
} rows[] = {
    {"@a{sa{sv}} {}", "", "never", "{'" ONE "': {'mode': <'never'>}}"},
    {"{'" ONE "': {'mode': <'never'>}}", "never", "", "@a{sa{sv}} {}"},
    {"{'" ONE "': {'mode': <'process'>}}", "process", "shared",
     "{'" ONE "': {'mode': <'shared'>}}"},
    {"{'" ONE "': {'mode': <'shared'>, 'idle-timeout': <uint32 5>}}", "shared", "",
     "{'" ONE "': {'idle-timeout': <uint32 5>}}"},
    {"{'" TWO "': {'mode': <'shared'>}}", "", "process",
     "{'" TWO "': {'mode': <'shared'>}, '" ONE "': {'mode': <'process'>}}"},
    {"{'" ONE "': {'name': <'Work'>}}", "", "", "{'" ONE "': {'name': <'Work'>}}"},
    {"@a{sa{sv}} {}", "", "", "@a{sa{sv}} {}"},
    /* As the agent takes it. */
    {"{'" ONE "': {'mode': <'sometimes'>}}", "never", "", "@a{sa{sv}} {}"},
    {"{'" ONE "': {'mode': <5>}}", "never", "process", "{'" ONE "': {'mode': <'process'>}}"},
};

static GVariant *
parse(const char *text)
{
    return g_variant_parse(G_VARIANT_TYPE("a{sa{sv}}"), text, NULL, NULL, NULL);
}

static void
test_mode(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GVariant) before = parse(rows[i].before);
        g_autoptr(GVariant) expected = parse(rows[i].after);
        g_autoptr(GVariant) after =
            g_variant_ref_sink(pf_token_rule_edit_set_mode(before, ONE, rows[i].wanted));
        g_test_message("%s to %s", rows[i].before, rows[i].wanted);
        g_assert_cmpstr(pf_token_rule_edit_get_mode(before, ONE), ==, rows[i].mode);
        g_assert_true(g_variant_equal(after, expected));
    }
}

static const struct {
    const char *before;
    const char *name; /* of ONE before; NULL: none */
    const char *wanted;
    const char *after;
    gboolean has_rule; /* afterwards */
} names[] = {
    {"@a{sa{sv}} {}", NULL, "Work", "{'" ONE "': {'name': <'Work'>}}", FALSE},
    {"{'" ONE "': {'name': <'Work'>}}", "Work", "", "@a{sa{sv}} {}", FALSE},
    {"{'" ONE "': {'name': <'Work'>, 'mode': <'never'>}}", "Work", "",
     "{'" ONE "': {'mode': <'never'>}}", TRUE},
    {"{'" ONE "': {'mode': <'never'>}}", NULL, "Work",
     "{'" ONE "': {'mode': <'never'>, 'name': <'Work'>}}", TRUE},
    {"{'" TWO "': {'name': <'Work'>}}", NULL, "", "{'" TWO "': {'name': <'Work'>}}", FALSE},
    /* Somebody else's mistake. */
    {"{'" ONE "': {'name': <5>}}", NULL, "Work", "{'" ONE "': {'name': <'Work'>}}", FALSE},
};

static void
test_name(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GVariant) before = parse(names[i].before);
        g_autoptr(GVariant) expected = parse(names[i].after);
        g_autoptr(GVariant) after =
            g_variant_ref_sink(pf_token_rule_edit_set_name(before, ONE, names[i].wanted));
        g_autofree char *name = pf_token_rule_edit_dup_name(before, ONE);
        g_test_message("%s to %s", names[i].before, names[i].wanted);
        g_assert_cmpstr(name, ==, names[i].name);
        g_assert_cmpvariant(after, expected);
        g_assert_cmpint(pf_token_rule_edit_has_rule(after, ONE), ==, names[i].has_rule);
    }
}

static void
test_seconds(void)
{
    g_autoptr(GVariant) tokens =
        parse("{'" ONE "': {'idle-timeout': <uint32 5>, 'max-lifetime': <'long'>}}");
    guint seconds = 7;
    g_assert_false(pf_token_rule_edit_get_seconds(tokens, TWO, "idle-timeout", &seconds));
    g_assert_false(pf_token_rule_edit_get_seconds(tokens, ONE, "max-lifetime", &seconds));
    g_assert_cmpuint(seconds, ==, 7);
    g_assert_true(pf_token_rule_edit_get_seconds(tokens, ONE, "idle-timeout", &seconds));
    g_assert_cmpuint(seconds, ==, 5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-rule-edit/mode", test_mode);
    g_test_add_func("/token-rule-edit/name", test_name);
    g_test_add_func("/token-rule-edit/seconds", test_seconds);
    return g_test_run();
}
