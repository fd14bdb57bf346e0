/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests that the history is bounded, whoever adds to it, and says what was said. */
#include "history.h"

#include <string.h>

#include "wire-names.h"

#define TOKEN "pkcs11:model=M;manufacturer=F;serial=0001;token=1"

typedef struct {
    PfHistory *history;
    PfHistoryProgram *mail;
    PfHistoryProgram *flood;
} Fixture;

static void
set_up(Fixture *f, gconstpointer unused)
{
    f->history = pf_history_new();
    f->mail = pf_history_program_new(f->history, 17, "/opt/mail", NULL);
    f->flood = pf_history_program_new(f->history, 18, "/opt/flood", NULL);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    pf_history_program_unref(f->mail);
    pf_history_program_unref(f->flood);
    pf_history_free(f->history);
}

/* What a visit saw. */
typedef struct {
    guint count;
    guint of_program;
    const PfHistoryProgram *program;
    guint64 last_serial;
    PfHistoryEntry first; /* the latest one */
} Seen;

static void
on_entry(const PfHistoryEntry *entry, gpointer data)
{
    Seen *seen = data;
    if (seen->count == 0)
        seen->first = *entry;
    else
        g_assert_cmpuint(entry->serial, <, seen->last_serial);
    seen->last_serial = entry->serial;
    seen->count++;
    seen->of_program += entry->fact.program == seen->program;
}

static Seen
look(Fixture *f, guint64 since, const PfHistoryProgram *program)
{
    Seen seen = {.program = program};
    pf_history_visit(f->history, since, on_entry, &seen);
    return seen;
}

static void
add_use(Fixture *f, PfHistoryProgram *program, const char *key)
{
    PfHistoryFact fact = {.event = PF_HISTORY_USE,
                          .program = program,
                          .token_uri = TOKEN,
                          .has_app_id = TRUE,
                          .app_id = 7,
                          .operation = "sign",
                          .key_label = key};
    pf_history_add(f->history, &fact);
}

/* So many uses that none is equal to another. */
static void
add_uses(Fixture *f, PfHistoryProgram *program, guint count)
{
    static guint key;
    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("key %u", key++);
        add_use(f, program, name);
    }
}

static void
test_facts(Fixture *f, gconstpointer unused)
{
    gint64 before = g_get_real_time();
    add_use(f, f->mail, "my key");
    Seen seen = look(f, 0, f->mail);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_cmpint(seen.first.fact.event, ==, PF_HISTORY_USE);
    g_assert_cmpstr(pf_history_event_get_name(seen.first.fact.event), ==, "use");
    g_assert_cmpstr(seen.first.fact.key_label, ==, "my key");
    g_assert_cmpstr(seen.first.fact.token_uri, ==, TOKEN);
    g_assert_cmpstr(seen.first.fact.operation, ==, "sign");
    g_assert_null(seen.first.fact.reason);
    g_assert_cmpuint(seen.first.fact.app_id, ==, 7);
    g_assert_cmpuint(seen.first.count, ==, 1);
    g_assert_cmpint(seen.first.first, >=, before);
    g_assert_cmpint(seen.first.last, <=, g_get_real_time());
    g_assert_cmpuint(pf_history_program_get_pid(seen.first.fact.program), ==, 17);
    g_assert_cmpstr(pf_history_program_get_exe(seen.first.fact.program), ==, "/opt/mail");
    g_assert_cmpstr(pf_history_program_get_name(seen.first.fact.program), ==, "mail");
}

static void
test_programs_that_are_gone(Fixture *f, gconstpointer unused)
{
    PfHistoryProgram *gone = pf_history_program_new(f->history, 5, "", "org.example.Gone");
    add_use(f, gone, NULL);
    pf_history_program_unref(gone);
    Seen seen = look(f, 0, NULL);
    g_assert_cmpstr(pf_history_program_get_exe(seen.first.fact.program), ==, "");
    g_assert_cmpstr(pf_history_program_get_name(seen.first.fact.program), ==, "org.example.Gone");
}

static void
test_only_what_is_new(Fixture *f, gconstpointer unused)
{
    add_uses(f, f->mail, 3);
    guint64 serial = look(f, 0, NULL).first.serial;
    g_assert_cmpuint(look(f, serial, NULL).count, ==, 0);
    add_use(f, f->mail, "new");
    Seen seen = look(f, serial, NULL);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_cmpstr(seen.first.fact.key_label, ==, "new");
    g_assert_cmpuint(look(f, 0, NULL).count, ==, 4);
}

static void
test_equal_uses_are_one(Fixture *f, gconstpointer unused)
{
    for (guint i = 0; i < 500; i++) {
        add_use(f, f->mail, "one");
        add_use(f, f->mail, "other");
    }
    Seen seen = look(f, 0, f->mail);
    g_assert_cmpuint(seen.count, ==, 2);
    g_assert_cmpuint(seen.first.count, ==, 500);
    g_assert_cmpstr(seen.first.fact.key_label, ==, "other");
    g_assert_cmpint(seen.first.first, <, seen.first.last);
    /* It is the same entry, and has changed. */
    guint64 id = seen.first.id;
    guint64 serial = seen.first.serial;
    add_use(f, f->mail, "other");
    seen = look(f, serial, NULL);
    g_assert_cmpuint(seen.count, ==, 1);
    g_assert_cmpuint(seen.first.id, ==, id);
    g_assert_cmpuint(seen.first.count, ==, 501);
}

static void
test_what_differs_is_not_joined(Fixture *f, gconstpointer unused)
{
    PfHistoryFact fact = {.event = PF_HISTORY_USE, .program = f->mail, .token_uri = TOKEN};
    pf_history_add(f->history, &fact);
    fact.has_app_id = TRUE;
    pf_history_add(f->history, &fact);
    fact.app_id = 1;
    pf_history_add(f->history, &fact);
    fact.reason = "dialog";
    pf_history_add(f->history, &fact);
    fact.key_label = "k";
    pf_history_add(f->history, &fact);
    fact.operation = "sign";
    pf_history_add(f->history, &fact);
    fact.token_uri = NULL;
    pf_history_add(f->history, &fact);
    fact.program = f->flood;
    pf_history_add(f->history, &fact);
    fact.event = PF_HISTORY_REFUSED;
    pf_history_add(f->history, &fact);
    g_assert_cmpuint(look(f, 0, NULL).count, ==, 9);
}

/* Hours later it is another time, and so it is when the clock was set back. */
static void
test_equal_uses_far_apart(Fixture *f, gconstpointer unused)
{
    static const gint64 steps[] = {0, PF_HISTORY_JOIN_US, 1 - PF_HISTORY_JOIN_US, 2,
                                   PF_HISTORY_JOIN_US + 1};
    static const guint counts[] = {1, 1, 2, 2, 3};
    PfHistoryFact fact = {.event = PF_HISTORY_USE, .program = f->mail, .token_uri = TOKEN};
    gint64 now = g_get_real_time();
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        now += steps[i];
        pf_history_add_at(f->history, &fact, now);
        Seen seen = look(f, 0, NULL);
        g_assert_cmpuint(seen.count, ==, counts[i]);
        g_assert_cmpint(seen.first.last, ==, now);
    }
}

/* A login, its end, and another login stay three. */
static void
test_pairs_are_not_joined(Fixture *f, gconstpointer unused)
{
    PfHistoryFact login = {.event = PF_HISTORY_LOGIN, .program = f->mail, .reason = "dialog"};
    PfHistoryFact end = {.event = PF_HISTORY_FORGOTTEN, .program = f->mail, .reason = "logout"};
    for (guint i = 0; i < 3; i++) {
        pf_history_add(f->history, &login);
        pf_history_add(f->history, &end);
    }
    g_assert_cmpuint(look(f, 0, NULL).count, ==, 6);
    pf_history_add(f->history, &end);
    g_assert_cmpuint(look(f, 0, NULL).count, ==, 6);
}

static void
test_bounded(Fixture *f, gconstpointer unused)
{
    add_uses(f, f->flood, 3 * PF_HISTORY_ENTRIES_MAX);
    g_assert_cmpuint(look(f, 0, NULL).count, ==, PF_HISTORY_ENTRIES_MAX);
    for (guint i = 0; i < 3 * PF_HISTORY_ENTRIES_MAX; i++) {
        g_autofree char *exe = g_strdup_printf("/opt/%u", i);
        g_autoptr(PfHistoryProgram) program =
            pf_history_program_new(f->history, (pid_t)i, exe, NULL);
        add_use(f, program, NULL);
    }
    g_assert_cmpuint(look(f, 0, NULL).count, ==, PF_HISTORY_ENTRIES_MAX);
    g_assert_cmpuint(look(f, 0, f->flood).of_program, ==, 0);
}

/* However many processes of a program there are, what others did stays. */
static void
test_flood(Fixture *f, gconstpointer unused)
{
    add_uses(f, f->mail, PF_HISTORY_ENTRIES_MAX);
    for (guint i = 0; i < 2 * PF_HISTORY_ENTRIES_MAX; i++) {
        g_autoptr(PfHistoryProgram) process =
            pf_history_program_new(f->history, (pid_t)(1000 + i), "/opt/flood", NULL);
        add_use(f, process, NULL);
    }
    Seen seen = look(f, 0, f->mail);
    g_assert_cmpuint(seen.count, ==, PF_HISTORY_ENTRIES_MAX);
    g_assert_cmpuint(seen.of_program, ==, PF_HISTORY_ENTRIES_MAX / 2);
    g_assert_cmpuint(pf_history_program_get_pid(seen.first.fact.program), ==,
                     1000 + 2 * PF_HISTORY_ENTRIES_MAX - 1);
    /* A third one, after them, gets its place too. */
    g_autoptr(PfHistoryProgram) third = pf_history_program_new(f->history, 3, "/opt/third", NULL);
    add_uses(f, third, PF_HISTORY_SHARE_MAX);
    add_uses(f, f->flood, PF_HISTORY_ENTRIES_MAX);
    g_assert_cmpuint(look(f, 0, third).of_program, ==, PF_HISTORY_SHARE_MAX);
    g_assert_cmpuint(look(f, 0, f->mail).of_program, >=, PF_HISTORY_SHARE_MAX);
}

static void
test_long_text(Fixture *f, gconstpointer unused)
{
    g_autofree char *longest = g_strnfill(100000, 'x');
    g_autofree char *wide = g_strconcat("a", NULL);
    for (guint i = 0; i < 100; i++) {
        g_autofree char *before = wide;
        wide = g_strconcat(before, "ü", NULL);
    }
    g_autoptr(PfHistoryProgram) program = pf_history_program_new(f->history, 1, longest, longest);
    PfHistoryFact fact = {.event = PF_HISTORY_USE,
                          .program = program,
                          .token_uri = longest,
                          .key_label = wide};
    pf_history_add(f->history, &fact);
    Seen seen = look(f, 0, NULL);
    g_assert_cmpuint(strlen(pf_history_program_get_exe(program)), <, 1000);
    g_assert_cmpuint(strlen(seen.first.fact.token_uri), <, 1000);
    g_assert_cmpuint(strlen(seen.first.fact.key_label), ==, PF_WIRE_KEY_LABEL_MAX - 1);
    g_assert_true(g_utf8_validate(seen.first.fact.key_label, -1, NULL));
}

static void
test_uses(Fixture *f, gconstpointer unused)
{
    static const struct {
        const char *operation;
        const char *known;
        const char *label;
        const char *kept;
    } cases[] = {
        {"sign", "sign", "key", "key"}, {"set-pin", "set-pin", "", NULL},
        {"", NULL, NULL, NULL},         {NULL, NULL, "key", "key"},
        {"1234", NULL, "key", "key"},   {"Sign", NULL, "<b>\x1b", "<b>\x1b"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        PfHistoryUse use;
        pf_history_use_init(&use, cases[i].operation, cases[i].label);
        g_assert_cmpstr(use.operation, ==, cases[i].known);
        g_assert_cmpstr(use.key_label, ==, cases[i].kept);
        pf_history_use_clear(&use);
    }
}

static void
on_added(gpointer data)
{
    ++*(guint *)data;
}

static void
test_told_once(Fixture *f, gconstpointer unused)
{
    guint told = 0;
    add_uses(f, f->mail, 1);
    pf_history_notify_once(f->history, on_added, &told);
    g_assert_cmpuint(told, ==, 0);
    add_uses(f, f->mail, 5);
    g_assert_cmpuint(told, ==, 1);
    pf_history_notify_once(f->history, on_added, &told);
    pf_history_notify_once(f->history, NULL, NULL);
    add_uses(f, f->mail, 5);
    g_assert_cmpuint(told, ==, 1);
}

/* Not judged: whoever wants to know looks at the log. */
static void
test_cost(Fixture *f, gconstpointer unused)
{
    const guint times = 100000;
    gint64 start = g_get_monotonic_time();
    for (guint i = 0; i < times; i++)
        add_use(f, f->mail, "key");
    gint64 joined = g_get_monotonic_time();
    for (guint i = 0; i < times; i++)
        add_use(f, f->mail, (const char *[]){"1", "2", "3", "4", "5", "6", "7", "8", "9"}[i % 9]);
    g_test_message("an equal use: %.2f us, another one: %.2f us", (double)(joined - start) / times,
                   (double)(g_get_monotonic_time() - joined) / times);
    g_assert_cmpuint(look(f, 0, f->mail).first.count, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *path;
        void (*func)(Fixture *, gconstpointer);
    } tests[] = {
        {"/history/facts", test_facts},
        {"/history/programs-that-are-gone", test_programs_that_are_gone},
        {"/history/only-what-is-new", test_only_what_is_new},
        {"/history/equal-uses-are-one", test_equal_uses_are_one},
        {"/history/equal-uses-far-apart", test_equal_uses_far_apart},
        {"/history/what-differs-is-not-joined", test_what_differs_is_not_joined},
        {"/history/pairs-are-not-joined", test_pairs_are_not_joined},
        {"/history/bounded", test_bounded},
        {"/history/flood", test_flood},
        {"/history/long-text", test_long_text},
        {"/history/uses", test_uses},
        {"/history/told-once", test_told_once},
        {"/history/cost", test_cost},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);
    return g_test_run();
}
