/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinChange: the token's limits, twice the same, and not the one there is. */
#include "pin-change.h"

#include <locale.h>
#include <string.h>

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
        PfChangeTyped typed = {.texts = {
                                   [PF_CHANGE_FIELD_PROOF] = c->old_text,
                                   [PF_CHANGE_FIELD_NEW] = c->new_text,
                                   [PF_CHANGE_FIELD_AGAIN] = c->again_text,
                               }};
        pf_pin_request_set_text(request, "purpose", c->old_text != NULL ? "change" : "set");
        PfPinChangeVerdict verdict = pf_pin_change_check(request, &typed);
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
    g_assert_cmpstr(pf_pin_request_get_action(request), ==, "C_hange PIN");

    pf_pin_request_set_text(request, "purpose", "set");
    g_assert_true(pf_pin_request_is_set(request));
    g_autofree char *set_title = pf_pin_request_dup_window_title(request);
    g_autofree char *set_headline = pf_pin_request_dup_headline(request);
    g_assert_cmpstr(set_title, ==, "Set PIN — Card");
    g_assert_cmpstr(set_headline, ==, "Mail asks for a new PIN for “Card”");
    g_assert_cmpstr(pf_pin_request_get_action(request), ==, "_Set PIN");
}

typedef struct {
    PfTask task;
    const char *fields; /* a letter for each that is asked */
    const char *title;
    const char *headline;
    const char *action;
} TaskCase;

static const TaskCase tasks[] = {
    {PF_TASK_CHANGE_PIN, "pna", "Change PIN — Card", "Change the PIN of “Card”", "C_hange PIN"},
    {PF_TASK_UNBLOCK_PIN, "pna", "Unblock PIN — Card", "Unblock the PIN of “Card”", "_Unblock"},
    {PF_TASK_SET_PIN, "pna", "Set PIN — Card", "Set the first PIN of “Card”", "_Set PIN"},
    {PF_TASK_CREATE, "Nna", "Create Software Token", "Create a software token", "Cr_eate"},
    {PF_TASK_RENAME, "N", "Rename — Card", "Rename “Card”", "_Rename"},
    {PF_TASK_DELETE, "s", "Delete — Card", "Delete “Card”?", "_Delete"},
    {PF_TASK_IMPORT, "wp", "Import — Card", "Import into “Card”", "_Import"},
    {PF_TASK_GENERATE, "Nkp", "Generate Key — Card", "Generate a key on “Card”", "_Generate"},
};

static PfPinRequest *
new_task(PfTask task)
{
    PfPinRequest *request = pf_pin_request_new_task(task);
    pf_pin_request_set_number(request, "min-len", 4);
    pf_pin_request_set_number(request, "max-len", 8);
    if (task != PF_TASK_CREATE)
        pf_pin_request_set_text(request, "token-label", "Card");
    return request;
}

static void
test_tasks(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(tasks); i++) {
        const TaskCase *c = &tasks[i];
        g_autoptr(PfPinRequest) request = new_task(c->task);
        g_autofree char *title = pf_pin_request_dup_window_title(request);
        g_autofree char *headline = pf_pin_request_dup_headline(request);
        g_autofree char *purpose = pf_pin_request_dup_purpose(request);
        g_autoptr(GString) fields = g_string_new(NULL);
        for (PfChangeField field = 0; field < PF_N_CHANGE_FIELDS; field++) {
            if (pf_pin_change_asks(request, field))
                g_string_append_c(fields, "Nkwpnas"[field]);
        }
        g_assert_cmpstr(fields->str, ==, c->fields);
        g_assert_cmpstr(title, ==, c->title);
        g_assert_cmpstr(headline, ==, c->headline);
        g_assert_cmpstr(pf_pin_request_get_action(request), ==, c->action);
        g_assert_nonnull(purpose);
        /* No program asks, so none is warned of. */
        g_assert_null(strstr(purpose, "which program"));
    }
}

typedef struct {
    PfTask task;
    const char *texts[PF_N_CHANGE_FIELDS];
    PfPinChangeVerdict verdict;
    const char *text;
} TypedCase;

#define TEN     "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const char long_name[] = "Too long for the name of a token.";
static const char unseen[] = "A name has no line breaks, tabs or invisible characters.";

static const TypedCase typed_cases[] = {
    {PF_TASK_CREATE, {"", NULL, NULL, NULL, "", ""}, PF_PIN_CHANGE_NAME_EMPTY, "Enter a name."},
    {PF_TASK_CREATE, {"  ", NULL, NULL, NULL, "", ""}, PF_PIN_CHANGE_NAME_EMPTY, "Enter a name."},
    {PF_TASK_CREATE, {"Mine", NULL, NULL, NULL, "", ""}, PF_PIN_CHANGE_NEW_EMPTY, "Enter a PIN."},
    {PF_TASK_CREATE,
     {"Mine", NULL, NULL, NULL, "1234", ""},
     PF_PIN_CHANGE_AGAIN_SHORT,
     "Repeat the PIN."},
    {PF_TASK_CREATE, {"Mine", NULL, NULL, NULL, "1234", "1234"}, PF_PIN_CHANGE_OK, NULL},
    /* 16 letters of two bytes each fit, and no more. */
    {PF_TASK_CREATE,
     {"ääääääääääääääää", NULL, NULL, NULL, "1234", "1234"},
     PF_PIN_CHANGE_OK,
     NULL},
    {PF_TASK_CREATE,
     {"äääääääääääääääää", NULL, NULL, NULL, "", ""},
     PF_PIN_CHANGE_NAME_LONG,
     long_name},
    {PF_TASK_CREATE, {"a\nb", NULL, NULL, NULL, "", ""}, PF_PIN_CHANGE_NAME_UNSEEN, unseen},
    /* What only Pinfold shows needs not fit into a token. */
    {PF_TASK_RENAME, {"äääääääääääääääää"}, PF_PIN_CHANGE_OK, NULL},
    {PF_TASK_RENAME, {HUNDRED}, PF_PIN_CHANGE_NAME_LONG, long_name},
    {PF_TASK_RENAME, {"Card "}, PF_PIN_CHANGE_NAME_IS_OLD, "This is the name that the token has."},
    {PF_TASK_RENAME, {" "}, PF_PIN_CHANGE_NAME_IS_OLD, "This is the name that the token has."},
    {PF_TASK_RENAME, {"Work\tcard"}, PF_PIN_CHANGE_NAME_UNSEEN, unseen},
    {PF_TASK_RENAME, {"Work\u202Edrac"}, PF_PIN_CHANGE_NAME_UNSEEN, unseen},
    {PF_TASK_RENAME, {"\u200B"}, PF_PIN_CHANGE_NAME_UNSEEN, unseen},
    /* The token's limits are those of PINs, and a PUK may become the PIN. */
    {PF_TASK_UNBLOCK_PIN,
     {NULL, NULL, NULL, "", "", ""},
     PF_PIN_CHANGE_OLD_EMPTY,
     "Enter the PUK."},
    {PF_TASK_UNBLOCK_PIN, {NULL, NULL, NULL, "123456789", "1234", "1234"}, PF_PIN_CHANGE_OK, NULL},
    {PF_TASK_UNBLOCK_PIN, {NULL, NULL, NULL, "1234", "1234", "1234"}, PF_PIN_CHANGE_OK, NULL},
    {PF_TASK_SET_PIN,
     {NULL, NULL, NULL, "", "", ""},
     PF_PIN_CHANGE_OLD_EMPTY,
     "Enter the administrator PIN."},
    /* A file may have no password. */
    {PF_TASK_IMPORT, {NULL, NULL, "", ""}, PF_PIN_CHANGE_OLD_EMPTY, "Enter the PIN of the token."},
    {PF_TASK_IMPORT, {NULL, NULL, "", "123456789"}, PF_PIN_CHANGE_OLD_LONG, too_long},
    {PF_TASK_IMPORT, {NULL, NULL, "", "1234"}, PF_PIN_CHANGE_OK, NULL},
    {PF_TASK_GENERATE, {"", "", NULL, ""}, PF_PIN_CHANGE_NAME_EMPTY, "Enter a name."},
    {PF_TASK_GENERATE,
     {HUNDRED HUNDRED HUNDRED, "", NULL, ""},
     PF_PIN_CHANGE_NAME_LONG,
     "Too long for the name of a key."},
    {PF_TASK_GENERATE, {"a\nb", "", NULL, ""}, PF_PIN_CHANGE_NAME_UNSEEN, unseen},
    {PF_TASK_GENERATE,
     {HUNDRED, "", NULL, "1234"},
     PF_PIN_CHANGE_KIND_UNKNOWN,
     "The token has not said yet which kinds of keys it makes."},
    {PF_TASK_GENERATE,
     {"Mine", "rsa-2048", NULL, ""},
     PF_PIN_CHANGE_OLD_EMPTY,
     "Enter the PIN of the token."},
    {PF_TASK_GENERATE, {"Mine", "rsa-2048", NULL, "123456789"}, PF_PIN_CHANGE_OLD_LONG, too_long},
    {PF_TASK_GENERATE, {"Mine", "rsa-2048", NULL, "1234"}, PF_PIN_CHANGE_OK, NULL},
    {PF_TASK_DELETE,
     {NULL, NULL, NULL, NULL, NULL, NULL, ""},
     PF_PIN_CHANGE_NOT_SURE,
     "Tick the box first: it cannot be undone."},
    {PF_TASK_DELETE, {NULL, NULL, NULL, NULL, NULL, NULL, "sure"}, PF_PIN_CHANGE_OK, NULL},
};

static void
test_typed(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(typed_cases); i++) {
        const TypedCase *c = &typed_cases[i];
        g_autoptr(PfPinRequest) request = new_task(c->task);
        PfChangeTyped typed;
        memcpy(typed.texts, c->texts, sizeof typed.texts);
        PfPinChangeVerdict verdict = pf_pin_change_check(request, &typed);
        g_autofree char *text = pf_pin_change_dup_text(request, verdict);
        g_assert_cmpint(verdict, ==, c->verdict);
        g_assert_cmpstr(text, ==, c->text);
        g_assert_true(pf_pin_change_asks(request, pf_pin_change_get_field(request, verdict)));
    }
}

/* Of a token that the person calls something: back to the label, or to nothing. */
static void
test_renamed(void)
{
    static const struct {
        const char *typed;
        PfPinChangeVerdict verdict;
    } rows[] = {
        {"", PF_PIN_CHANGE_OK},
        {"Card", PF_PIN_CHANGE_OK},
        {"Work", PF_PIN_CHANGE_NAME_IS_OLD},
    };
    g_autoptr(PfPinRequest) request = new_task(PF_TASK_RENAME);
    pf_pin_request_set_token_name(request, "Work");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        PfChangeTyped typed = {.texts = {[PF_CHANGE_FIELD_NAME] = rows[i].typed}};
        g_assert_cmpint(pf_pin_change_check(request, &typed), ==, rows[i].verdict);
    }
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pin-change/verdicts", test_verdicts);
    g_test_add_func("/pin-change/words", test_words);
    g_test_add_func("/pin-change/tasks", test_tasks);
    g_test_add_func("/pin-change/typed", test_typed);
    g_test_add_func("/pin-change/renamed", test_renamed);
    return g_test_run();
}
