/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests which timeouts a token has, and the timer on the clock that goes on during sleep. */
#include "timeout-rules.h"

#include <gio/gio.h>

#include "boot-timer.h"

#define TOKEN "pkcs11:model=Test;manufacturer=Pinfold;serial=0001;token=one"
#define OTHER "pkcs11:model=Test;manufacturer=Pinfold;serial=0002;token=two"

static const struct {
    const char *what;
    PfTimeouts general;
    const char *tokens;
    PfTimeouts expected; /* of TOKEN */
    gboolean has_any;
} rules[] = {
    {"none", {0, 0}, "{}", {0, 0}, FALSE},
    {"general", {60, 600}, "{}", {60, 600}, TRUE},
    {"another token's", {0, 0}, "{'" OTHER "': {'idle-timeout': <uint32 5>}}", {0, 0}, TRUE},
    {"its own", {60, 600}, "{'" TOKEN "': {'idle-timeout': <uint32 5>}}", {5, 600}, TRUE},
    {"both its own",
     {60, 600},
     "{'" TOKEN "': {'idle-timeout': <uint32 5>, 'max-lifetime': <uint32 7>}}",
     {5, 7},
     TRUE},
    {"lifted", {60, 600}, "{'" TOKEN "': {'max-lifetime': <uint32 0>}}", {60, 0}, TRUE},
    {"everything lifted", {0, 600}, "{'pkcs11:': {'max-lifetime': <uint32 0>}}", {0, 0}, TRUE},
    {"the shorter of two that mean it",
     {60, 0},
     "{'pkcs11:model=Test': {'idle-timeout': <uint32 9>},"
     " 'pkcs11:manufacturer=Pinfold': {'idle-timeout': <uint32 3>}}",
     {3, 0},
     TRUE},
    {"none is the longest",
     {60, 0},
     "{'pkcs11:model=Test': {'idle-timeout': <uint32 9>},"
     " 'pkcs11:manufacturer=Pinfold': {'idle-timeout': <uint32 0>}}",
     {9, 0},
     TRUE},
    {"the very token before shorter ones",
     {60, 0},
     "{'pkcs11:model=Test': {'idle-timeout': <uint32 3>},"
     " '" TOKEN "': {'idle-timeout': <uint32 30>},"
     " 'pkcs11:manufacturer=Pinfold': {'idle-timeout': <uint32 2>}}",
     {30, 0},
     TRUE},
    {"no number, no URI, a PIN in it",
     {60, 600},
     "{'" TOKEN "': {'idle-timeout': <'soon'>},"
     " 'slot:1': {'idle-timeout': <uint32 1>},"
     " 'pkcs11:pin-value=1': {'idle-timeout': <uint32 1>}}",
     {60, 600},
     TRUE},
    {"a rule of another kind", {60, 0}, "{'" TOKEN "': {'mode': <'never'>}}", {60, 0}, TRUE},
};

static void
test_rules(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_test_message("%s", rules[i].what);
        g_autoptr(GVariant) tokens =
            g_variant_parse(G_VARIANT_TYPE("a{sa{sv}}"), rules[i].tokens, NULL, NULL, NULL);
        g_assert_nonnull(tokens);
        PfTimeoutRules *made = pf_timeout_rules_new(&rules[i].general, tokens);
        /* The second time it is remembered. */
        for (guint times = 0; times < 2; times++) {
            PfTimeouts found;
            pf_timeout_rules_find(made, TOKEN, &found);
            g_assert_cmpuint(found.idle_s, ==, rules[i].expected.idle_s);
            g_assert_cmpuint(found.lifetime_s, ==, rules[i].expected.lifetime_s);
        }
        g_assert_cmpint(pf_timeout_rules_has_any(made), ==, rules[i].has_any);
        pf_timeout_rules_free(made);
    }
}

static void
test_no_value(void)
{
    const PfTimeouts general = {0, 4};
    PfTimeouts found;
    PfTimeoutRules *made = pf_timeout_rules_new(&general, NULL);
    pf_timeout_rules_find(made, TOKEN, &found);
    g_assert_cmpuint(found.lifetime_s, ==, 4);
    pf_timeout_rules_free(made);
    pf_timeout_rules_free(NULL);
}

/* URIs come from programs: what is remembered of them is bounded, and right all the same. */
static void
test_many_tokens(void)
{
    const PfTimeouts general = {0, 4};
    g_autoptr(GVariant) tokens = g_variant_ref_sink(
        g_variant_new_parsed("{'pkcs11:serial=0077': {'max-lifetime': <uint32 2>}}"));
    PfTimeoutRules *made = pf_timeout_rules_new(&general, tokens);
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *uri = g_strdup_printf("pkcs11:serial=%04u", i % 200);
        PfTimeouts found;
        pf_timeout_rules_find(made, uri, &found);
        g_assert_cmpuint(found.lifetime_s, ==, i % 200 == 77 ? 2 : 4);
    }
    pf_timeout_rules_free(made);
}

static void
on_due(gpointer user_data)
{
    (*(guint *)user_data)++;
}

static void
wait_until(gint64 time)
{
    while (pf_boot_timer_get_now() < time) {
        g_main_context_iteration(NULL, FALSE);
        g_thread_yield();
    }
}

static void
test_timer(void)
{
    guint times = 0;
    PfBootTimer *timer = pf_boot_timer_new(on_due, &times, NULL);
    g_assert_nonnull(timer);
    gint64 now = pf_boot_timer_get_now();
    pf_boot_timer_set(timer, now + 50000);
    while (times == 0) {
        g_main_context_iteration(NULL, TRUE);
        g_assert_true(times == 0 || pf_boot_timer_get_now() >= now + 50000);
    }
    /* Once only. */
    wait_until(now + 150000);
    g_assert_cmpuint(times, ==, 1);
    /* One that has passed is told from the loop; one that was taken back is not. */
    pf_boot_timer_set(timer, now);
    g_assert_cmpuint(times, ==, 1);
    while (times == 1)
        g_main_context_iteration(NULL, TRUE);
    now = pf_boot_timer_get_now();
    pf_boot_timer_set(timer, now + 20000);
    pf_boot_timer_set(timer, 0);
    wait_until(now + 60000);
    g_assert_cmpuint(times, ==, 2);
    pf_boot_timer_set(timer, now + 1);
    pf_boot_timer_free(timer);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(times, ==, 2);
    pf_boot_timer_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/timeout-rules/rules", test_rules);
    g_test_add_func("/timeout-rules/no-value", test_no_value);
    g_test_add_func("/timeout-rules/many-tokens", test_many_tokens);
    g_test_add_func("/boot-timer/timer", test_timer);
    return g_test_run();
}
