/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests what is known of a token's PIN when several have something to say, in whatever order. */
#include "pin-warnings.h"

#define ONE  "pkcs11:model=Test;manufacturer=Pinfold;serial=0001;token=one"
#define TWO  "pkcs11:model=Test;manufacturer=Pinfold;serial=0002;token=two"
#define LAST CKF_USER_PIN_FINAL_TRY

typedef struct {
    PfPinWarnings *warnings;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->warnings = pf_pin_warnings_new();
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    pf_pin_warnings_free(fixture->warnings);
}

static void
assert_flags(const Fixture *fixture, const char *token, CK_FLAGS flags)
{
    g_assert_cmphex(pf_pin_warnings_get(fixture->warnings, token), ==, flags);
}

static void
test_reports(Fixture *fixture, gconstpointer data)
{
    assert_flags(fixture, ONE, 0);
    pf_pin_warnings_add(fixture->warnings, ONE, LAST | CKF_LOGIN_REQUIRED);
    assert_flags(fixture, ONE, LAST);
    assert_flags(fixture, TWO, 0);
    /* One that shows the past. */
    pf_pin_warnings_add(fixture->warnings, ONE, CKF_LOGIN_REQUIRED);
    assert_flags(fixture, ONE, LAST);
    pf_pin_warnings_add(fixture->warnings, ONE, CKF_USER_PIN_LOCKED);
    assert_flags(fixture, ONE, LAST | CKF_USER_PIN_LOCKED);
}

static void
test_a_login_clears(Fixture *fixture, gconstpointer data)
{
    pf_pin_warnings_add(fixture->warnings, ONE, LAST | CKF_USER_PIN_LOCKED);
    pf_pin_warnings_add(fixture->warnings, TWO, LAST);
    /* Some backends go on to show it. */
    pf_pin_warnings_note_login(fixture->warnings, ONE, LAST);
    assert_flags(fixture, ONE, 0);
    assert_flags(fixture, TWO, LAST);
    pf_pin_warnings_note_login(fixture->warnings, ONE, CKF_USER_PIN_TO_BE_CHANGED);
    assert_flags(fixture, ONE, CKF_USER_PIN_TO_BE_CHANGED);
}

static void
test_order_of_time(Fixture *fixture, gconstpointer data)
{
    gint64 before = g_get_monotonic_time() - 1;
    pf_pin_warnings_add(fixture->warnings, ONE, LAST);
    /* Who has asked before that does not know it. */
    pf_pin_warnings_set(fixture->warnings, ONE, 0, before);
    assert_flags(fixture, ONE, LAST);
    pf_pin_warnings_set(fixture->warnings, ONE, 0, g_get_monotonic_time() + 1);
    assert_flags(fixture, ONE, 0);
    pf_pin_warnings_note_login(fixture->warnings, TWO, 0);
    pf_pin_warnings_set(fixture->warnings, TWO, LAST, before);
    assert_flags(fixture, TWO, 0);
}

static void
test_listed_twice(Fixture *fixture, gconstpointer data)
{
    gint64 since = g_get_monotonic_time();
    pf_pin_warnings_set(fixture->warnings, ONE, LAST, since);
    pf_pin_warnings_set(fixture->warnings, ONE, 0, since);
    assert_flags(fixture, ONE, LAST);
}

static void
test_forget(Fixture *fixture, gconstpointer data)
{
    pf_pin_warnings_add(fixture->warnings, ONE, LAST);
    pf_pin_warnings_add(fixture->warnings, TWO, LAST);
    pf_pin_warnings_forget(fixture->warnings, ONE);
    assert_flags(fixture, ONE, 0);
    assert_flags(fixture, TWO, LAST);
    pf_pin_warnings_forget(fixture->warnings, NULL);
    assert_flags(fixture, TWO, 0);
}

static void
test_many_tokens(Fixture *fixture, gconstpointer data)
{
    guint known = 0;
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *token = g_strdup_printf("pkcs11:serial=%u", i);
        pf_pin_warnings_add(fixture->warnings, token, LAST);
        assert_flags(fixture, token, LAST);
    }
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *token = g_strdup_printf("pkcs11:serial=%u", i);
        known += pf_pin_warnings_get(fixture->warnings, token) != 0;
    }
    g_assert_cmpuint(known, ==, 256);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*test)(Fixture *, gconstpointer);
    } tests[] = {
        {"/pin-warnings/reports", test_reports},
        {"/pin-warnings/a-login-clears", test_a_login_clears},
        {"/pin-warnings/order-of-time", test_order_of_time},
        {"/pin-warnings/listed-twice", test_listed_twice},
        {"/pin-warnings/forget", test_forget},
        {"/pin-warnings/many-tokens", test_many_tokens},
    };
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
    return g_test_run();
}
