/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinChange: the token's limits, twice the same, and not the one there is. */
#include "pin-change.h"

#include <locale.h>

typedef struct {
    const char *old_text; /* NULL: none is asked */
    const char *new_text;
    const char *again_text;
    PfPinChangeVerdict verdict;
    gboolean is_error;
    const char *text;
} Case;

static const char too_long[] = "Too long: the PIN of this token has at most 8 characters.";

static const Case cases[] = {
    {"", "", "", PF_PIN_CHANGE_OLD_EMPTY, FALSE, "Enter the present PIN."},
    {"123456789", "", "", PF_PIN_CHANGE_OLD_LONG, TRUE, too_long},
    /* Delivered with a PIN that is shorter than what the token takes. */
    {"1", "", "", PF_PIN_CHANGE_NEW_EMPTY, FALSE, "Enter the new PIN."},
    {"1234", "567", "", PF_PIN_CHANGE_NEW_SHORT, FALSE,
     "Too short: the PIN of this token has at least 4 characters."},
    {"1234", "123456789", "", PF_PIN_CHANGE_NEW_LONG, TRUE, too_long},
    {"1234", "1234", "", PF_PIN_CHANGE_NEW_IS_OLD, TRUE,
     "The new PIN is the same as the present one."},
    {"1234", "1234", "1234", PF_PIN_CHANGE_NEW_IS_OLD, TRUE,
     "The new PIN is the same as the present one."},
    {"1234", "abcd", "", PF_PIN_CHANGE_AGAIN_SHORT, FALSE, "Repeat the new PIN."},
    {"1234", "abcd", "abc", PF_PIN_CHANGE_AGAIN_SHORT, FALSE, "Repeat the new PIN."},
    {"1234", "abcd", "abD", PF_PIN_CHANGE_AGAIN_DIFFERENT, TRUE, "The repetition is different."},
    {"1234", "abcd", "abcde", PF_PIN_CHANGE_AGAIN_DIFFERENT, TRUE, "The repetition is different."},
    {"1234", "abcd", "abcd", PF_PIN_CHANGE_OK, FALSE, NULL},
    {NULL, "", "", PF_PIN_CHANGE_NEW_EMPTY, FALSE, "Enter the new PIN."},
    {NULL, "abcd", "abc", PF_PIN_CHANGE_AGAIN_SHORT, FALSE, "Repeat the new PIN."},
    {NULL, "abcd", "abcd", PF_PIN_CHANGE_OK, FALSE, NULL},
};

static void
test_verdicts(void)
{
    g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_CHANGE, 1);
    pf_pin_request_set_number(request, "min-len", 4);
    pf_pin_request_set_number(request, "max-len", 8);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        PfPinChangeVerdict verdict =
            pf_pin_change_check(request, c->old_text, c->new_text, c->again_text);
        g_autofree char *text = pf_pin_change_dup_text(request, verdict);
        g_assert_cmpint(verdict, ==, c->verdict);
        g_assert_cmpint(pf_pin_change_is_error(verdict), ==, c->is_error);
        g_assert_cmpstr(text, ==, c->text);
    }
}

static void
test_words(void)
{
    g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_CHANGE, 1);
    pf_pin_request_set_text(request, "purpose", "change");
    pf_pin_request_set_text(request, "program", "Mail");
    pf_pin_request_set_text(request, "token-label", "Card");
    pf_pin_request_set_boolean(request, "program-known", TRUE);
    g_assert_false(pf_pin_request_is_set(request));
    g_autofree char *title = pf_pin_request_dup_window_title(request);
    g_autofree char *headline = pf_pin_request_dup_headline(request);
    g_assert_cmpstr(title, ==, "Change PIN — Card");
    g_assert_cmpstr(headline, ==, "Mail wants to change the PIN of “Card”");
    g_assert_cmpstr(pf_pin_request_get_action(request), ==, "_Change PIN");

    pf_pin_request_set_text(request, "purpose", "set");
    g_assert_true(pf_pin_request_is_set(request));
    g_autofree char *set_title = pf_pin_request_dup_window_title(request);
    g_autofree char *set_headline = pf_pin_request_dup_headline(request);
    g_assert_cmpstr(set_title, ==, "Set PIN — Card");
    g_assert_cmpstr(set_headline, ==, "Mail asks for a new PIN for “Card”");
    g_assert_cmpstr(pf_pin_request_get_action(request), ==, "_Set PIN");
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pin-change/verdicts", test_verdicts);
    g_test_add_func("/pin-change/words", test_words);
    return g_test_run();
}
