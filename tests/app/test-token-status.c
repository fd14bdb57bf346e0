/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What is made of Agent1.GetStatus: places, states, words; and what stays when it changes. */
#include "token-status.h"

#include <locale.h>

#include "token-item.h"

#define CARD "pkcs11:model=PKCS%2315;manufacturer=piv_II;serial=0042;token=Anna"
#define SOFT "pkcs11:model=Soft;manufacturer=;serial=;token=demo"

static GPtrArray *
read_status(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) status = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
    g_assert_no_error(error);
    return pf_token_status_read(status);
}

/* Of a card with FLAGS and, unless empty, TRIES. */
static PfTokenItem *
read_card(const char *flags, const char *tries)
{
    g_autofree char *text =
        g_strconcat("{'tokens': <[{'uri': <'" CARD "'>, 'label': <'Anna'>, 'reader': <'R'>, "
                    "'flags': <",
                    flags, ">", tries, "}]>, 'readers': <[{'name': <'R'>, 'present': <true>}]>}",
                    NULL);
    g_autoptr(GPtrArray) items = read_status(text);
    g_assert_cmpuint(items->len, ==, 1);
    return g_object_ref(g_ptr_array_index(items, 0));
}

static void
test_pin_words(void)
{
    static const struct {
        const char *flags, *tries, *words;
        PfPinUrgency urgency;
    } cases[] = {
        {"['LOGIN_REQUIRED', 'USER_PIN_INITIALIZED']", "", NULL, PF_PIN_URGENCY_NONE},
        {"['LOGIN_REQUIRED', 'USER_PIN_INITIALIZED']", ", 'tries_left': <uint32 3>", "3 tries left",
         PF_PIN_URGENCY_NONE},
        {"['USER_PIN_INITIALIZED', 'USER_PIN_COUNT_LOW']", ", 'tries_left': <uint32 2>",
         "2 tries left", PF_PIN_URGENCY_WARNING},
        {"['USER_PIN_INITIALIZED', 'USER_PIN_COUNT_LOW']", "", "Few tries left",
         PF_PIN_URGENCY_WARNING},
        {"['USER_PIN_FINAL_TRY', 'USER_PIN_COUNT_LOW']", "", "Last try", PF_PIN_URGENCY_WARNING},
        {"@as []", ", 'tries_left': <uint32 1>", "Last try", PF_PIN_URGENCY_WARNING},
        {"@as []", ", 'tries_left': <uint32 0>", "PIN blocked", PF_PIN_URGENCY_BLOCKED},
        {"['USER_PIN_LOCKED', 'USER_PIN_FINAL_TRY']", "", "PIN blocked", PF_PIN_URGENCY_BLOCKED},
        {"['LOGIN_REQUIRED']", "", "PIN not set", PF_PIN_URGENCY_WARNING},
        {"['LOGIN_REQUIRED', 'USER_PIN_INITIALIZED', 'USER_PIN_TO_BE_CHANGED']", "",
         "PIN must be changed", PF_PIN_URGENCY_WARNING},
        {"@as []", "", NULL, PF_PIN_URGENCY_NONE},
        {"7", ", 'tries_left': <'many'>", NULL, PF_PIN_URGENCY_NONE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PfTokenItem) item = read_card(cases[i].flags, cases[i].tries);
        g_autofree char *words = NULL;
        g_assert_cmpint(pf_token_item_dup_pin(item, &words), ==, cases[i].urgency);
        g_assert_cmpstr(words, ==, cases[i].words);
        g_assert_cmpint(pf_token_item_is_blocked(item), ==,
                        cases[i].urgency == PF_PIN_URGENCY_BLOCKED);
    }
}

static void
test_never_cached(void)
{
    static const struct {
        const char *more, *words;
    } cases[] = {
        {"", "No PIN cached"},
        {", 'never_cached': <'rule'>", "Not cached: by its rule"},
        {", 'never_cached': <'keys'>", "Not cached: every key of this token asks each time"},
        {", 'never_cached': <'certificates'>", "Not cached: a token for signatures"},
        {", 'never_cached': <'what comes later'>", "No PIN cached"},
    };
    g_autoptr(PfTokenItem) shown = read_card("['LOGIN_REQUIRED', 'USER_PIN_INITIALIZED']", "");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PfTokenItem) item =
            read_card("['LOGIN_REQUIRED', 'USER_PIN_INITIALIZED']", cases[i].more);
        g_assert_cmpint(pf_token_item_is_never_cached(item), ==, i > 0);
        g_assert_cmpint(pf_token_item_take(shown, item), ==, i > 0);
        g_autofree char *words = pf_token_item_dup_state(shown);
        g_assert_cmpstr(words, ==, cases[i].words);
    }
}

static void
assert_place(GPtrArray *items, guint index, const char *title, const char *detail,
             const char *state)
{
    PfTokenItem *item = g_ptr_array_index(items, index);
    g_autofree char *item_title = pf_token_item_dup_title(item);
    g_autofree char *item_detail = pf_token_item_dup_detail(item);
    g_autofree char *item_state = pf_token_item_dup_state(item);
    g_assert_cmpstr(item_title, ==, title);
    g_assert_cmpstr(item_detail, ==, detail);
    g_assert_cmpstr(item_state, ==, state);
}

#define READERS                                                                                    \
    "'readers': <[{'name': <'A'>, 'present': <true>}, {'name': <'B'>, 'present': <false>}, "       \
    "{'name': <'C'>, 'present': <true>}]>, "

static void
test_places(void)
{
    g_autoptr(GPtrArray) items = read_status(
        "{" READERS "'tokens': <[{'uri': <'" SOFT
        "'>, 'label': <'de\\u202emo'>, 'flags': <['TOKEN_INITIALIZED']>}, "
        "{'uri': <'" CARD "'>, 'reader': <'C'>, 'flags': <['LOGIN_REQUIRED', "
        "'USER_PIN_INITIALIZED']>}, {'label': <'of nothing'>}]>, 'domains': <[{'token_uri': "
        "<'pkcs11:token=elsewhere'>, 'logged_in': <true>}]>}");
    g_assert_cmpuint(items->len, ==, 5);
    assert_place(items, 0, "A", "Card reader", "Card not recognized");
    assert_place(items, 1, "B", "Card reader", "No card");
    assert_place(items, 2, "Unnamed token", "C", "No PIN cached");
    assert_place(items, 3, "de\xef\xbf\xbdmo", "Software token", "No PIN needed");
    assert_place(items, 4, "elsewhere", "Software token", "PIN cached");
    g_autofree char *serial = pf_token_item_dup_serial(g_ptr_array_index(items, 3));
    g_autofree char *model = pf_token_item_dup_model(g_ptr_array_index(items, 3));
    g_assert_null(serial);
    g_assert_cmpstr(model, ==, "Soft");
    g_autofree char *card_model = pf_token_item_dup_model(g_ptr_array_index(items, 2));
    g_assert_cmpstr(card_model, ==, "PKCS#15 (piv_II)");
}

static void
test_reading(void)
{
    g_autoptr(GPtrArray) items = read_status("{" READERS "'reading': <true>}");
    g_assert_cmpuint(items->len, ==, 3);
    assert_place(items, 0, "A", "Card reader", "Reading the card…");
    assert_place(items, 1, "B", "Card reader", "No card");
    g_autoptr(GPtrArray) nothing = read_status("{'readers': <'none'>, 'tokens': <7>}");
    g_assert_cmpuint(nothing->len, ==, 0);
}

/* A reader's name is its maker's, a program's is its own. */
static void
test_foreign(void)
{
    g_autoptr(GPtrArray) items = read_status(
        "{'readers': <[{'name': <'R\\u202e1\\n'>}, {'name': <' '>}]>, 'tokens': <[{'uri': <'" CARD
        "'>, 'label': <'Anna'>, 'reader': <'R\\u202e1\\n'>}]>, 'domains': <[{'token_uri': <'" CARD
        "'>, 'logged_in': <true>, 'members': <[{'pid': <uint32 1>, 'name': <'a\\u202eb\\tc'>}, "
        "{'pid': <uint32 2>, 'name': <''>, 'exe': <'/bin/d\\u200fe'>}, {'pid': <uint32 3>}]>}]>}");
    g_assert_cmpuint(items->len, ==, 2);
    assert_place(items, 0, "Anna", "R�1�", "PIN cached");
    assert_place(items, 1, "Card reader", "Card reader", "No card");
    GListModel *domains = pf_token_item_get_domains(g_ptr_array_index(items, 0));
    g_autoptr(PfDomainItem) domain = g_list_model_get_item(domains, 0);
    g_autofree char *title = pf_domain_item_dup_title(domain);
    g_assert_cmpstr(title, ==, "a�b�c, d�e, Unknown program");
}

static void
on_changed(PfTokenItem *item, guint *count)
{
    (*count)++;
}

static void
test_take(void)
{
    g_autoptr(PfTokenItem) item = read_card("['LOGIN_REQUIRED']", "");
    g_autoptr(PfTokenItem) same = read_card("['LOGIN_REQUIRED']", "");
    g_autoptr(PfTokenItem) other = read_card("['LOGIN_REQUIRED']", ", 'tries_left': <uint32 1>");
    g_autoptr(PfTokenItem) reader = pf_token_item_new_reader("R", PF_TOKEN_PRESENCE_NONE);
    g_autofree char *words = NULL;
    guint count = 0;
    g_signal_connect(item, "changed", G_CALLBACK(on_changed), &count);
    g_assert_false(pf_token_item_is_same(item, reader));
    g_assert_true(pf_token_item_is_same(item, other));
    g_assert_false(pf_token_item_take(item, same));
    g_assert_cmpuint(count, ==, 0);
    g_assert_true(pf_token_item_take(item, other));
    g_assert_cmpuint(count, ==, 1);
    pf_token_item_dup_pin(item, &words);
    g_assert_cmpstr(words, ==, "PIN not set");
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/token-status/pin-words", test_pin_words);
    g_test_add_func("/token-status/never-cached", test_never_cached);
    g_test_add_func("/token-status/places", test_places);
    g_test_add_func("/token-status/reading", test_reading);
    g_test_add_func("/token-status/foreign", test_foreign);
    g_test_add_func("/token-status/take", test_take);
    return g_test_run();
}
