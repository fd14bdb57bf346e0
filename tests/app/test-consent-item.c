/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The words for entries of Agent1.ListConsents, also for odd ones. */
#include "consent-item.h"

#include <locale.h>

#define TOKEN "'token-uri': <'pkcs11:model=M;manufacturer=F;serial=1;token=My%20card'>"

static PfConsentItem *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) entry = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
    g_assert_no_error(error);
    return pf_consent_item_new(entry);
}

static void
test_words(void)
{
    static const struct {
        const char *entry, *title, *decision, *detail;
    } cases[] = {
        {"{'id': <'1'>, 'program': <'Mail'>, 'executable': <'/usr/bin/mail'>, " TOKEN
         ", 'shared-id': <'1:2'>, 'group': <'Office'>, 'decision': <'always'>}",
         "Mail", "Always allowed: “My card”, group “Office”", "/usr/bin/mail"},
        {"{'id': <'1'>, 'executable': <'/usr/bin/perl'>, 'script': <'/usr/bin/x'>, " TOKEN
         ", 'shared-id': <'1:2'>, 'decision': <'session'>}",
         "perl", "Allowed for this session: “My card”, application ID 1:2", "/usr/bin/x"},
        {"{'id': <'1'>, 'program': <'A\\u202eB'>, 'executable': <'/usr/bin/bwrap'>, 'sandbox': "
         "<'org.x.A'>, " TOKEN ", 'decision': <'never'>}",
         "A\xef\xbf\xbd"
         "B",
         "Never allowed: “My card”, programs in no group", "org.x.A"},
        {"{'id': <'1'>, 'token-uri': <'nonsense'>, 'decision': <'perhaps'>}", "Unknown program",
         "Decided: “unnamed token”, programs in no group", NULL},
        {"{'id': <'1'>, 'program': <' '>, 'decision': <7>}", "Unknown program",
         "Decided: “unnamed token”, programs in no group", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PfConsentItem) item = parse(cases[i].entry);
        g_autofree char *title = pf_consent_item_dup_title(item);
        g_autofree char *decision = pf_consent_item_dup_decision(item);
        g_autofree char *detail = pf_consent_item_dup_detail(item);
        g_assert_cmpstr(title, ==, cases[i].title);
        g_assert_cmpstr(decision, ==, cases[i].decision);
        g_assert_cmpstr(detail, ==, cases[i].detail);
    }
}

static void
test_since(void)
{
    g_autoptr(PfConsentItem) item = parse("{'id': <'1'>, 'since': <int64 86400>}");
    g_autofree char *detail = pf_consent_item_dup_detail(item);
    g_assert_true(g_str_has_prefix(detail, "Since "));
    g_assert_null(parse("{'program': <'Mail'>}"));
}

static void
test_equal(void)
{
    g_autoptr(PfConsentItem) item = parse("{'id': <'1'>, 'decision': <'always'>}");
    g_autoptr(PfConsentItem) same = parse("{'id': <'1'>, 'decision': <'always'>}");
    g_autoptr(PfConsentItem) other = parse("{'id': <'1'>, 'decision': <'never'>}");
    g_assert_true(pf_consent_item_is_equal(item, same));
    g_assert_false(pf_consent_item_is_equal(item, other));
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/consent-item/words", test_words);
    g_test_add_func("/consent-item/since", test_since);
    g_test_add_func("/consent-item/equal", test_equal);
    return g_test_run();
}
