/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinRequest: foreign text is defused, tries are said as far as known, lengths as the token's. */
#include "pin-request.h"

#include <locale.h>
#include <string.h>

static void
test_foreign_text(void)
{
    g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_PIN, 7);
    g_assert_true(pf_pin_request_set_text(request, "program", "a\nb\x1b[31m\xe2\x80\xae\xff<b>c"));
    g_assert_true(pf_pin_request_set_boolean(request, "program-known", TRUE));
    g_autofree char *program = pf_pin_request_dup_program(request);
    g_assert_cmpstr(program, ==,
                    "a\xef\xbf\xbd"
                    "b\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd<b>c");
    g_assert_true(pf_pin_request_set_text(request, "reader", "  "));
    g_assert_null(pf_pin_request_get_reader(request));
    g_assert_false(pf_pin_request_set_text(request, "pid", "1"));
    g_assert_false(pf_pin_request_set_number(request, "no-such-key", 1));
    g_assert_false(pf_pin_request_set_boolean(request, "program", TRUE));
    g_assert_cmpuint(pf_pin_request_get_number(request), ==, 7);
}

static void
test_program(void)
{
    g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_PIN, 1);
    g_autofree char *nobody = pf_pin_request_dup_program(request);
    g_assert_cmpstr(nobody, ==, "An unknown program");
    g_assert_cmpstr(pf_pin_request_get_icon_name(request), ==, "dialog-warning");
    pf_pin_request_set_text(request, "program", "Impostor");
    g_autofree char *unknown = pf_pin_request_dup_program(request);
    g_assert_cmpstr(unknown, ==, "An unknown program");

    pf_pin_request_set_boolean(request, "program-known", TRUE);
    pf_pin_request_set_text(request, "program-icon", "/home/user/picture.png");
    g_assert_cmpstr(pf_pin_request_get_icon_name(request), ==, "application-x-executable");
    pf_pin_request_set_text(request, "program-icon", "firefox");
    g_assert_cmpstr(pf_pin_request_get_icon_name(request), ==, "firefox");
    pf_pin_request_set_text(request, "token-label", "Card");
    g_autofree char *title = pf_pin_request_dup_window_title(request);
    g_assert_cmpstr(title, ==, "PIN — Card");
    g_autofree char *headline = pf_pin_request_dup_headline(request);
    g_assert_cmpstr(headline, ==, "Impostor asks for the PIN of “Card”");

    /* A long name does not push the rest of the sentence out of the dialog. */
    pf_pin_request_set_text(request, "program", "0123456789abcdefghijklmnopqrstuvÄxyz");
    g_autofree char *shortened = pf_pin_request_dup_headline(request);
    g_assert_cmpstr(shortened, ==, "0123456789abcdefghijklmnopqrstu… asks for the PIN of “Card”");
    pf_pin_request_set_text(request, "program", "Impostor");

    /* A retry tells only what changed. */
    g_autoptr(PfPinRequest) copy = pf_pin_request_dup(request, 2);
    g_autofree char *copied = pf_pin_request_dup_headline(copy);
    g_assert_cmpstr(copied, ==, headline);
    g_assert_cmpuint(pf_pin_request_get_number(copy), ==, 2);
}

static void
test_purpose(void)
{
    static const struct {
        const char *purpose;
        const char *operation;
        const char *text;
    } cases[] = {
        {"login", NULL, NULL},
        {"wake", NULL,
         "Pinfold forgot the PIN in the meantime. The program needs it again to go on."},
        {"context", "sign",
         "The program wants to sign with a key that asks for the PIN each time. The PIN is used "
         "once and not kept."},
        {"context", "decrypt",
         "The program wants to decrypt with a key that asks for the PIN each time. The PIN is used "
         "once and not kept."},
        {"context", "of a newer module",
         "This key asks for the PIN each time it is used. The PIN is used once and not kept."},
        {"context", NULL,
         "This key asks for the PIN each time it is used. The PIN is used once and not kept."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_PIN, 1);
        pf_pin_request_set_text(request, "purpose", cases[i].purpose);
        if (cases[i].operation != NULL)
            pf_pin_request_set_text(request, "operation", cases[i].operation);
        g_autofree char *unknown = pf_pin_request_dup_purpose(request);
        g_assert_true(g_str_has_prefix(unknown, "Pinfold could not find out"));
        g_assert_true(g_str_has_suffix(unknown, cases[i].text != NULL ? cases[i].text : ""));
        pf_pin_request_set_boolean(request, "program-known", TRUE);
        g_autofree char *known = pf_pin_request_dup_purpose(request);
        g_assert_cmpstr(known, ==, cases[i].text);
    }
}

static void
test_consent(void)
{
    static const struct {
        const char *operation;
        const char *title;
        const char *headline;
        const char *action;
    } cases[] = {
        {"sign", "Sign — Card", "Mail wants to sign with “Card”", "_Sign"},
        {"decrypt", "Decrypt — Card", "Mail wants to decrypt with “Card”", "_Decrypt"},
        {"derive", "Use of a key — Card", "Mail wants to use a key of “Card”", "_Use Key"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_CONFIRM, 1);
        pf_pin_request_set_text(request, "purpose", "context");
        pf_pin_request_set_text(request, "operation", cases[i].operation);
        pf_pin_request_set_text(request, "program", "Mail");
        pf_pin_request_set_text(request, "token-label", "Card");
        g_autofree char *unknown = pf_pin_request_dup_purpose(request);
        g_assert_nonnull(strstr(unknown, "Agree only if you have just started it"));
        pf_pin_request_set_boolean(request, "program-known", TRUE);
        g_autofree char *title = pf_pin_request_dup_window_title(request);
        g_autofree char *headline = pf_pin_request_dup_headline(request);
        g_assert_cmpstr(title, ==, cases[i].title);
        g_assert_cmpstr(headline, ==, cases[i].headline);
        g_assert_cmpstr(pf_pin_request_get_action(request), ==, cases[i].action);
    }
}

static void
test_last_try(void)
{
    static const char *const operations[] = {"login", "context", "change", "officer", NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(operations); i++) {
        g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_CONFIRM, 1);
        g_autofree char *tries = NULL;
        pf_pin_request_set_text(request, "purpose", "last-try");
        if (operations[i] != NULL)
            pf_pin_request_set_text(request, "operation", operations[i]);
        pf_pin_request_set_text(request, "program", "Mail");
        pf_pin_request_set_text(request, "token-label", "Card");
        pf_pin_request_set_number(request, "token-flags", CKF_USER_PIN_FINAL_TRY);
        pf_pin_request_set_boolean(request, "program-known", TRUE);
        g_autofree char *title = pf_pin_request_dup_window_title(request);
        g_autofree char *headline = pf_pin_request_dup_headline(request);
        g_autofree char *purpose = pf_pin_request_dup_purpose(request);
        g_assert_cmpstr(title, ==, "Last try — Card");
        g_assert_cmpstr(headline, ==, "Mail wants to use the last try of “Card”");
        g_assert_nonnull(strstr(purpose, "This is the last try: if"));
        g_assert_cmpstr(pf_pin_request_get_action(request), ==, "_Use Last Try");
        /* They are the user's: nothing of them belongs to a question about the officer's PIN. */
        gboolean is_officer = g_strcmp0(operations[i], "officer") == 0;
        g_assert_cmpint(pf_pin_request_dup_tries(request, FALSE, &tries), ==,
                        is_officer ? PF_PIN_TONE_NONE : PF_PIN_TONE_WARNING);
        g_assert_true((tries == NULL) == is_officer);
    }
}

static void
test_permission(void)
{
    static const char *const users[] = {"Mail", " ", "a\nb", NULL};
    static const char *const nobody[] = {NULL};
    g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_CONSENT, 7);
    g_assert_true(pf_pin_request_set_list(request, "users", users));
    g_assert_false(pf_pin_request_set_list(request, "user", users));
    g_autofree char *names = pf_pin_request_dup_users(request);
    g_assert_cmpstr(names, ==,
                    "Mail, a\xef\xbf\xbd"
                    "b");
    g_assert_null(pf_pin_request_get_group(request));
    pf_pin_request_set_text(request, "shared-id", "1:2");
    g_assert_cmpstr(pf_pin_request_get_shared_id(request), ==, "1:2");

    /* Nothing is remembered of a program that is not known, whatever the agent says. */
    g_assert_true(pf_pin_request_set_boolean(request, "may-remember", TRUE));
    g_assert_false(pf_pin_request_may_remember(request));
    pf_pin_request_set_boolean(request, "program-known", TRUE);
    g_assert_true(pf_pin_request_may_remember(request));

    g_assert_null(pf_pin_request_dup_identity(request));
    pf_pin_request_set_text(request, "script", "/usr/bin/x.py");
    g_autofree char *script = pf_pin_request_dup_identity(request);
    g_assert_cmpstr(script, ==, "Runs the script /usr/bin/x.py");
    pf_pin_request_set_text(request, "sandbox", "org.example.X");
    g_autofree char *sandbox = pf_pin_request_dup_identity(request);
    g_assert_cmpstr(sandbox, ==, "Runs in the sandbox org.example.X");

    pf_pin_request_set_text(request, "program", "Browser");
    pf_pin_request_set_text(request, "token-label", "Card");
    g_autoptr(PfPinRequest) copy = pf_pin_request_dup(request, 8);
    pf_pin_request_set_list(request, "users", nobody);
    g_assert_null(pf_pin_request_dup_users(request));
    g_autofree char *copied = pf_pin_request_dup_users(copy);
    g_assert_cmpstr(copied, ==, names);
    g_autofree char *title = pf_pin_request_dup_window_title(copy);
    g_autofree char *headline = pf_pin_request_dup_headline(copy);
    g_autofree char *offer = pf_pin_request_dup_offer(copy);
    g_assert_cmpstr(title, ==, "Permission — Card");
    g_assert_cmpstr(headline, ==, "Browser wants to use the login of “Card”");
    g_assert_cmpstr(offer, ==, "Browser could use the login of “Card”");
}

/* What the person calls a token stands in its label's place, and hides nothing of what it is. */
static void
test_token_name(void)
{
    g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_PIN, 1);
    pf_pin_request_set_text(request, "token-label", "Card");
    pf_pin_request_set_text(request, "token-manufacturer", "Maker");
    pf_pin_request_set_text(request, "token-model", "Model");
    pf_pin_request_set_text(request, "token-serial", "0001");
    g_autofree char *uri = pf_pin_request_dup_token_uri(request);
    g_assert_cmpstr(uri, ==, "pkcs11:model=Model;manufacturer=Maker;serial=0001;token=Card");
    g_autofree char *details = pf_pin_request_dup_token_details(request);
    g_assert_cmpstr(details, ==, "Model, serial number 0001");

    /* Whoever asks has no say in it. */
    g_assert_false(pf_pin_request_set_text(request, "token-name", "Another"));
    g_assert_null(pf_pin_request_get_token_name(request));

    pf_pin_request_set_token_name(request, "Work");
    g_autoptr(PfPinRequest) copy = pf_pin_request_dup(request, 2);
    g_autofree char *title = pf_pin_request_dup_window_title(copy);
    g_autofree char *named = pf_pin_request_dup_token_details(copy);
    g_autofree char *same = pf_pin_request_dup_token_uri(copy);
    g_assert_cmpstr(title, ==, "PIN — Work");
    g_assert_cmpstr(named, ==, "Label “Card”\nModel, serial number 0001");
    g_assert_cmpstr(same, ==, uri);
    pf_pin_request_set_token_name(request, NULL);
    g_autofree char *back = pf_pin_request_dup_token(request);
    g_assert_cmpstr(back, ==, "Card");
}

static void
test_tries(void)
{
    static const struct {
        gint64 tries; /* -1: not known */
        guint64 flags;
        gboolean after_wrong;
        PfPinTone tone;
        const char *text;
    } cases[] = {
        {-1, 0, FALSE, PF_PIN_TONE_NONE, NULL},
        {-1, 0, TRUE, PF_PIN_TONE_WARNING, "Wrong PIN."},
        {3, 0, FALSE, PF_PIN_TONE_PLAIN, "3 tries left"},
        {2, CKF_USER_PIN_COUNT_LOW, FALSE, PF_PIN_TONE_PLAIN, "2 tries left"},
        {2, 0, TRUE, PF_PIN_TONE_WARNING, "Wrong PIN. 2 tries left."},
        {1, 0, FALSE, PF_PIN_TONE_WARNING, "Last try: one more wrong PIN blocks the token"},
        {-1, CKF_USER_PIN_FINAL_TRY, TRUE, PF_PIN_TONE_WARNING,
         "Wrong PIN. Last try: one more wrong PIN blocks the token"},
        {-1, CKF_USER_PIN_COUNT_LOW, FALSE, PF_PIN_TONE_WARNING,
         "A wrong PIN was entered before: few tries may be left"},
        {-1, CKF_USER_PIN_COUNT_LOW, TRUE, PF_PIN_TONE_WARNING,
         "Wrong PIN. Few tries may be left before the token is blocked."},
        {0, 0, FALSE, PF_PIN_TONE_BLOCKED,
         "The PIN of this token is blocked after too many wrong tries."},
        {3, CKF_USER_PIN_LOCKED, TRUE, PF_PIN_TONE_BLOCKED,
         "The PIN of this token is blocked after too many wrong tries."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_PIN, 1);
        g_autofree char *text = NULL;
        pf_pin_request_set_number(request, "token-flags", cases[i].flags);
        if (cases[i].tries >= 0)
            pf_pin_request_set_number(request, "tries-left", (guint64)cases[i].tries);
        PfPinTone tone = pf_pin_request_dup_tries(request, cases[i].after_wrong, &text);
        g_assert_cmpint(tone, ==, cases[i].tone);
        g_assert_cmpstr(text, ==, cases[i].text);

        g_autofree char *forgotten = NULL;
        pf_pin_request_reset_tries(request);
        g_assert_cmpint(pf_pin_request_dup_tries(request, FALSE, &forgotten), ==, PF_PIN_TONE_NONE);
    }
}

/* Of a PUK the token's flags know nothing; those of the officer are not those of the PIN. */
static void
test_tries_of_tasks(void)
{
    static const struct {
        PfTask task;
        gint64 tries; /* -1: not known */
        guint64 flags;
        gboolean after_wrong;
        PfPinTone tone;
        const char *text;
    } cases[] = {
        {PF_TASK_UNBLOCK_PIN, -1, CKF_USER_PIN_LOCKED, FALSE, PF_PIN_TONE_NONE, NULL},
        {PF_TASK_UNBLOCK_PIN, -1, CKF_USER_PIN_LOCKED, TRUE, PF_PIN_TONE_WARNING, "Wrong PUK."},
        {PF_TASK_UNBLOCK_PIN, 3, 0, FALSE, PF_PIN_TONE_PLAIN, "3 tries left"},
        {PF_TASK_UNBLOCK_PIN, 2, 0, TRUE, PF_PIN_TONE_WARNING, "Wrong PUK. 2 tries left."},
        {PF_TASK_UNBLOCK_PIN, 1, 0, FALSE, PF_PIN_TONE_WARNING,
         "Last try: after one more wrong PUK nobody can unblock the token any more"},
        {PF_TASK_UNBLOCK_PIN, 0, 0, TRUE, PF_PIN_TONE_BLOCKED,
         "The PUK of this token is blocked after too many wrong tries: nobody can unblock its PIN "
         "any more."},
        {PF_TASK_SET_PIN, -1, CKF_USER_PIN_LOCKED, FALSE, PF_PIN_TONE_NONE, NULL},
        {PF_TASK_SET_PIN, -1, CKF_SO_PIN_FINAL_TRY, TRUE, PF_PIN_TONE_WARNING,
         "Wrong administrator PIN. Last try: after one more wrong one nobody can set a PIN any "
         "more"},
        {PF_TASK_SET_PIN, -1, CKF_SO_PIN_LOCKED, FALSE, PF_PIN_TONE_BLOCKED,
         "The administrator PIN of this token is blocked after too many wrong tries: nobody can "
         "set a PIN any more."},
        {PF_TASK_CHANGE_PIN, 1, 0, FALSE, PF_PIN_TONE_WARNING,
         "Last try: one more wrong PIN blocks the token"},
        {PF_TASK_IMPORT, 2, 0, TRUE, PF_PIN_TONE_WARNING, "Wrong PIN. 2 tries left."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PfPinRequest) request = pf_pin_request_new_task(cases[i].task);
        g_autofree char *text = NULL;
        pf_pin_request_set_number(request, "token-flags", cases[i].flags);
        if (cases[i].tries >= 0)
            pf_pin_request_set_number(request, "tries-left", (guint64)cases[i].tries);
        PfPinTone tone = pf_pin_request_dup_tries(request, cases[i].after_wrong, &text);
        g_assert_cmpint(tone, ==, cases[i].tone);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void
test_lengths(void)
{
    static const struct {
        guint64 min, max;
        gsize typed;
        PfPinLength verdict;
        const char *text;
    } cases[] = {
        {4, 8, 0, PF_PIN_LENGTH_EMPTY, "Enter the PIN first."},
        {4, 8, 3, PF_PIN_LENGTH_SHORT,
         "Too short: the PIN of this token has at least 4 characters."},
        {4, 8, 4, PF_PIN_LENGTH_OK, NULL},
        {4, 8, 8, PF_PIN_LENGTH_OK, NULL},
        {4, 8, 9, PF_PIN_LENGTH_LONG, "Too long: the PIN of this token has at most 8 characters."},
        {0, 0, 100, PF_PIN_LENGTH_OK, NULL},
        {0, 0, 513, PF_PIN_LENGTH_LONG,
         "Too long: the PIN of this token has at most 512 characters."},
    };
    char typed[600];
    memset(typed, '1', sizeof typed);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PfPinRequest) request = pf_pin_request_new(PF_PIN_REQUEST_PIN, 1);
        pf_pin_request_set_number(request, "min-len", cases[i].min);
        pf_pin_request_set_number(request, "max-len", cases[i].max);
        PfPinLength verdict = pf_pin_request_check_typed(request, typed, cases[i].typed);
        g_assert_cmpint(verdict, ==, cases[i].verdict);
        g_autofree char *text = pf_pin_request_dup_length_text(request, verdict);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pin-request/foreign-text", test_foreign_text);
    g_test_add_func("/pin-request/program", test_program);
    g_test_add_func("/pin-request/purpose", test_purpose);
    g_test_add_func("/pin-request/last-try", test_last_try);
    g_test_add_func("/pin-request/consent", test_consent);
    g_test_add_func("/pin-request/permission", test_permission);
    g_test_add_func("/pin-request/token-name", test_token_name);
    g_test_add_func("/pin-request/tries", test_tries);
    g_test_add_func("/pin-request/tries-of-tasks", test_tries_of_tasks);
    g_test_add_func("/pin-request/lengths", test_lengths);
    return g_test_run();
}
