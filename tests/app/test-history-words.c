/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* History words: each event, with what it tells or without any of it, as of an agent that is older
 * or newer than this app. */
#include "history-words.h"

#include <string.h>

/* What the entry says, as a person reads it. */
static void
assert_words(const char *entry_text, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) entry =
        g_variant_parse(G_VARIANT_TYPE_VARDICT, entry_text, NULL, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *said = pf_history_words_dup(entry);
    g_assert_cmpstr(said, ==, words);
}

static void
test_settings(void)
{
    assert_words("{'event': <'setting'>, 'setting': <'sharing'>, 'value': <'ask'>}",
                 "Setting changed: sharing = ask");
    assert_words("{'event': <'setting'>, 'setting': <'groups'>}", "Setting changed: groups");
    assert_words("{'event': <'setting'>, 'value': <'ask'>}", "Setting changed: ask");
    assert_words("{'event': <'setting'>}", "Setting changed: ");
}

static void
test_nothing_known(void)
{
    static const char *const events[] = {
        "login",         "use",     "refused", "forgotten",   "setting",
        "consent-given", "officer", "token",   "pin-changed", "from-the-future",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(events); i++) {
        g_autofree char *text = g_strdup_printf("{'event': <'%s'>}", events[i]);
        g_autoptr(GVariant) entry = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
        g_autofree char *said = pf_history_words_dup(entry);
        g_assert_nonnull(said);
        g_assert_null(strstr(said, "(null)"));
    }
    assert_words("@a{sv} {}", "");
    assert_words("{'event': <'login'>, 'reason': <7>}", "Logged in");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/history-words/settings", test_settings);
    g_test_add_func("/history-words/nothing-known", test_nothing_known);
    return g_test_run();
}
