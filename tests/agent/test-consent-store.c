/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests for whom a decision counts, what of it is kept, and which files are not believed. */
#include "consent-store.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN   "pkcs11:model=Test;manufacturer=Pinfold;serial=0001;token=one"
#define RENAMED "pkcs11:model=Test;manufacturer=Pinfold;serial=0001;token=other%20label"
#define OTHER   "pkcs11:model=Test;manufacturer=Pinfold;serial=0002;token=one"

typedef struct {
    char *top;
    char *path;
    PfProgramKey *packaged; /* may be remembered */
    PfProgramKey *own;      /* may not */
} Bed;

static void
set_up(Bed *bed, gconstpointer data)
{
    g_autofree char *found = g_find_program_in_path("sleep");
    char *sleep = realpath(found, NULL);
    bed->top = g_dir_make_tmp("pf-consent-store-XXXXXX", NULL);
    bed->path = g_build_filename(bed->top, "state", "pinfold", "consents", NULL);
    bed->packaged = pf_program_key_new_from_names(sleep, NULL, NULL);
    g_assert_true(pf_safe_file_check(sleep, "/", 0, &bed->packaged->executable_file));
    bed->own = pf_program_key_new_from_names("/tmp/o\303\266wn \\n\n\377", "/tmp/s", "org.x");
    bed->own->executable_file = (PfFileId){1, 2};
    free(sleep);
}

static void
tear_down(Bed *bed, gconstpointer data)
{
    char *argv[] = {(char *)"rm", (char *)"-rf", (char *)"--", bed->top, NULL};
    g_assert_true(
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
    pf_program_key_free(bed->packaged);
    pf_program_key_free(bed->own);
    g_free(bed->path);
    g_free(bed->top);
}

static void
add(PfConsentStore *store, PfConsentDecision decision, const PfProgramKey *program,
    const char *token, const char *scope)
{
    PfConsent *consent = pf_consent_new(decision, program, token, scope);
    g_assert_nonnull(consent);
    g_free(consent->program_name);
    consent->program_name = g_strdup("A \"program\"\n[x]");
    pf_consent_store_add(store, consent);
}

static PfConsentDecision
find(PfConsentStore *store, const PfProgramKey *program, const char *token, const char *scope)
{
    g_autoptr(PfConsent) asked = pf_consent_new(PF_CONSENT_NONE, program, token, scope);
    const PfConsent *found = pf_consent_store_find(store, program, &asked->token, scope);
    return found != NULL ? found->decision : PF_CONSENT_NONE;
}

static void
test_names(void)
{
    static const char *const names[] = {"once", "session", "always", "never"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        PfConsentDecision decision = pf_consent_decision_from_name(names[i]);
        g_assert_cmpint(decision, !=, PF_CONSENT_NONE);
        g_assert_cmpstr(pf_consent_decision_get_name(decision), ==, names[i]);
    }
    g_assert_cmpint(pf_consent_decision_from_name("none"), ==, PF_CONSENT_NONE);
    g_assert_cmpint(pf_consent_decision_from_name("Always"), ==, PF_CONSENT_NONE);
    g_assert_cmpint(pf_consent_decision_from_name(""), ==, PF_CONSENT_NONE);
}

static void
test_about(Bed *bed, gconstpointer data)
{
    g_autoptr(PfConsentStore) store = pf_consent_store_new(bed->path);
    add(store, PF_CONSENT_ALWAYS, bed->packaged, TOKEN, "3:4");
    g_assert_cmpint(find(store, bed->packaged, TOKEN, "3:4"), ==, PF_CONSENT_ALWAYS);
    g_assert_cmpint(find(store, bed->packaged, RENAMED, "3:4"), ==, PF_CONSENT_ALWAYS);
    g_assert_cmpint(find(store, bed->packaged, OTHER, "3:4"), ==, PF_CONSENT_NONE);
    g_assert_cmpint(find(store, bed->packaged, TOKEN, "3:5"), ==, PF_CONSENT_NONE);
    g_assert_cmpint(find(store, bed->packaged, TOKEN, "default"), ==, PF_CONSENT_NONE);
    g_assert_cmpint(find(store, bed->own, TOKEN, "3:4"), ==, PF_CONSENT_NONE);
    /* Another decision takes its place, whatever the label is. */
    add(store, PF_CONSENT_NEVER, bed->packaged, RENAMED, "3:4");
    g_assert_cmpuint(pf_consent_store_list(store)->len, ==, 1);
    g_assert_cmpint(find(store, bed->packaged, TOKEN, "3:4"), ==, PF_CONSENT_NEVER);
    add(store, PF_CONSENT_ONCE, bed->packaged, OTHER, "3:4");
    g_assert_cmpuint(pf_consent_store_list(store)->len, ==, 1);
}

/* The same name and another file: replaced, or seen under another mount. */
static void
test_counts(Bed *bed, gconstpointer data)
{
    g_autoptr(PfConsentStore) store = pf_consent_store_new(bed->path);
    g_autoptr(PfProgramKey) packaged = pf_program_key_dup(bed->packaged);
    g_autoptr(PfProgramKey) own = pf_program_key_dup(bed->own);
    packaged->executable_file.inode++;
    own->executable_file.inode++;
    add(store, PF_CONSENT_ALWAYS, bed->packaged, TOKEN, "1:1");
    g_assert_cmpint(find(store, packaged, TOKEN, "1:1"), ==, PF_CONSENT_NONE);
    add(store, PF_CONSENT_SESSION, packaged, TOKEN, "1:2");
    g_assert_cmpint(find(store, packaged, TOKEN, "1:2"), ==, PF_CONSENT_SESSION);
    g_assert_cmpint(find(store, bed->packaged, TOKEN, "1:2"), ==, PF_CONSENT_SESSION);
    add(store, PF_CONSENT_SESSION, bed->own, TOKEN, "1:2");
    g_assert_cmpint(find(store, bed->own, TOKEN, "1:2"), ==, PF_CONSENT_SESSION);
    g_assert_cmpint(find(store, own, TOKEN, "1:2"), ==, PF_CONSENT_NONE);
    add(store, PF_CONSENT_NEVER, bed->own, TOKEN, "1:3");
    g_assert_cmpint(find(store, own, TOKEN, "1:3"), ==, PF_CONSENT_NEVER);
    /* Not for ever what anybody can replace; and nothing about what is not known. */
    add(store, PF_CONSENT_ALWAYS, bed->own, OTHER, "1:4");
    g_assert_cmpint(find(store, bed->own, OTHER, "1:4"), ==, PF_CONSENT_SESSION);
    guint count = pf_consent_store_list(store)->len;
    own->is_known = FALSE;
    add(store, PF_CONSENT_NEVER, own, OTHER, "1:5");
    g_assert_cmpuint(pf_consent_store_list(store)->len, ==, count);
}

static void
test_kept(Bed *bed, gconstpointer data)
{
    struct stat st;
    g_autofree char *folder = g_path_get_dirname(bed->path);
    {
        g_autoptr(PfConsentStore) store = pf_consent_store_new(bed->path);
        add(store, PF_CONSENT_SESSION, bed->own, TOKEN, "1:1");
        g_assert_cmpint(lstat(bed->path, &st), <, 0); /* nothing to keep */
        add(store, PF_CONSENT_ALWAYS, bed->packaged, TOKEN, PF_CONSENT_SCOPE_DEFAULT);
        add(store, PF_CONSENT_NEVER, bed->own, OTHER, "4294967295:0");
    }
    g_assert_cmpint(lstat(bed->path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0600);
    g_assert_cmpint(lstat(folder, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0700);
    g_autoptr(PfConsentStore) again = pf_consent_store_new(bed->path);
    const GPtrArray *list = pf_consent_store_list(again);
    g_assert_cmpuint(list->len, ==, 2);
    const PfConsent *never = g_ptr_array_index(list, 1);
    g_assert_cmpstr(never->program->executable, ==, bed->own->executable);
    g_assert_cmpstr(never->program->script, ==, "/tmp/s");
    g_assert_cmpstr(never->program->sandbox, ==, "org.x");
    g_assert_cmpstr(never->program_name, ==, "A \"program\"\n[x]");
    g_assert_cmpstr(never->token_uri, ==, OTHER);
    g_assert_cmpint(never->since, >, 0);
    g_assert_cmpint(find(again, bed->packaged, TOKEN, PF_CONSENT_SCOPE_DEFAULT), ==,
                    PF_CONSENT_ALWAYS);
    g_assert_cmpint(find(again, bed->own, OTHER, "4294967295:0"), ==, PF_CONSENT_NEVER);
    g_assert_cmpint(find(again, bed->own, TOKEN, "1:1"), ==, PF_CONSENT_NONE);
}

static void
on_store_changed(PfConsentStore *store, guint *count)
{
    (*count)++;
}

static void
test_revoked(Bed *bed, gconstpointer data)
{
    guint changes = 0;
    g_autoptr(PfConsentStore) store = pf_consent_store_new(bed->path);
    g_signal_connect(store, "changed", G_CALLBACK(on_store_changed), &changes);
    add(store, PF_CONSENT_ALWAYS, bed->packaged, TOKEN, "1:1");
    add(store, PF_CONSENT_NEVER, bed->own, TOKEN, "1:1");
    add(store, PF_CONSENT_SESSION, bed->own, TOKEN, "1:2");
    g_assert_cmpuint(changes, ==, 3);
    const PfConsent *first = g_ptr_array_index(pf_consent_store_list(store), 0);
    g_autofree char *id = g_strdup(first->id);
    g_assert_cmpuint(pf_consent_store_revoke(store, "nothing"), ==, 0);
    g_assert_cmpuint(changes, ==, 3);
    g_assert_cmpuint(pf_consent_store_revoke(store, id), ==, 1);
    g_assert_cmpuint(pf_consent_store_revoke(store, id), ==, 0);
    g_assert_cmpuint(changes, ==, 4);
    g_assert_cmpint(find(store, bed->packaged, TOKEN, "1:1"), ==, PF_CONSENT_NONE);
    g_autoptr(PfConsentStore) again = pf_consent_store_new(bed->path);
    g_assert_cmpuint(pf_consent_store_list(again)->len, ==, 1);
    g_assert_cmpuint(pf_consent_store_revoke(store, ""), ==, 2);
    g_autoptr(PfConsentStore) last = pf_consent_store_new(bed->path);
    g_assert_cmpuint(pf_consent_store_list(last)->len, ==, 0);
}

/* What was revoked does not come back, though the file cannot be written any more. */
static void
test_revoked_without_space(Bed *bed, gconstpointer data)
{
    g_autofree char *folder = g_path_get_dirname(bed->path);
    g_autofree char *moved = g_build_filename(bed->top, "moved", NULL);
    g_autofree char *moved_file = g_build_filename(moved, "consents", NULL);
    g_autoptr(PfConsentStore) store = pf_consent_store_new(bed->path);
    add(store, PF_CONSENT_NEVER, bed->own, TOKEN, "1:1");
    /* The folder is a link now, which is not believed. */
    g_assert_cmpint(g_rename(folder, moved), ==, 0);
    g_assert_cmpint(symlink(moved, folder), ==, 0);
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*cannot be kept*");
    g_assert_cmpuint(pf_consent_store_revoke(store, ""), ==, 1);
    g_test_assert_expected_messages();
    g_assert_false(g_file_test(moved_file, G_FILE_TEST_EXISTS));
}

static void
expect_not_used(Bed *bed)
{
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*are not used*");
    g_autoptr(PfConsentStore) store = pf_consent_store_new(bed->path);
    g_test_assert_expected_messages();
    g_assert_cmpuint(pf_consent_store_list(store)->len, ==, 0);
}

#define HEADER "[pinfold-consents]\nformat=1\n"
#define GOOD   "[0000abcd]\ndecision=never\nexecutable=/bin/x\nscope=1:1\nsince=5\ntoken=" TOKEN "\n"

static const struct {
    const char *what;
    const char *text;
} damaged[] = {
    {"empty", ""},
    {"no key file", "hello"},
    {"no header", GOOD},
    {"another format", "[pinfold-consents]\nformat=2\n" GOOD},
    {"bytes that are no text", HEADER GOOD "name=\377\376\n[\377]\n"},
    {"nothing decided", HEADER "[1]\nexecutable=/bin/x\nscope=1:1\ntoken=" TOKEN "\n"},
    {"unheard of", HEADER "[1]\ndecision=maybe\nexecutable=/bin/x\nscope=1:1\ntoken=" TOKEN "\n"},
    {"not for a file",
     HEADER "[1]\ndecision=session\nexecutable=/bin/x\nscope=1:1\ntoken=" TOKEN "\n"},
    {"no program", HEADER "[1]\ndecision=never\nscope=1:1\ntoken=" TOKEN "\n"},
    {"a name", HEADER "[1]\ndecision=never\nexecutable=x\nscope=1:1\ntoken=" TOKEN "\n"},
    {"a script's name",
     HEADER "[1]\ndecision=never\nexecutable=/x\nscript=y\nscope=1:1\ntoken=" TOKEN "\n"},
    {"no token", HEADER "[1]\ndecision=never\nexecutable=/bin/x\nscope=1:1\ntoken=pkcs11:\n"},
    {"no ID", HEADER "[1]\ndecision=never\nexecutable=/bin/x\nscope=1\ntoken=" TOKEN "\n"},
};

static void
write_file(Bed *bed, const char *text, gssize len)
{
    g_autofree char *folder = g_path_get_dirname(bed->path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(
        g_file_set_contents_full(bed->path, text, len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void
test_damaged(Bed *bed, gconstpointer data)
{
    write_file(bed, HEADER GOOD "colour=green\n", -1);
    {
        g_autoptr(PfConsentStore) good = pf_consent_store_new(bed->path);
        g_assert_cmpuint(pf_consent_store_list(good)->len, ==, 1);
        /* What is not known is not carried on. */
        add(good, PF_CONSENT_NEVER, bed->own, TOKEN, "1:2");
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(bed->path, &text, NULL, NULL));
        g_assert_null(strstr(text, "colour"));
        g_assert_nonnull(strstr(text, "0000abcd"));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(damaged); i++) {
        g_test_message("%s", damaged[i].what);
        write_file(bed, damaged[i].text, -1);
        expect_not_used(bed);
    }
}

static void
test_too_much(Bed *bed, gconstpointer data)
{
    g_autoptr(GString) many = g_string_new(HEADER);
    for (guint i = 0; i < 1500; i++)
        g_string_append_printf(many,
                               "[%u]\ndecision=never\nexecutable=/bin/x\nscope=1:%u\ntoken=" TOKEN
                               "\n",
                               i, i);
    write_file(bed, many->str, -1);
    expect_not_used(bed);
    g_string_assign(many, HEADER);
    while (many->len < (gsize)600 * 1024)
        g_string_append(many, "# long\n");
    write_file(bed, many->str, -1);
    expect_not_used(bed);
    /* More decisions than a person makes: the oldest ones go. */
    g_assert_cmpint(g_unlink(bed->path), ==, 0);
    g_autoptr(PfConsentStore) store = pf_consent_store_new(bed->path);
    for (guint i = 0; i < 520; i++) {
        g_autofree char *scope = g_strdup_printf("1:%u", i);
        add(store, PF_CONSENT_SESSION, bed->own, TOKEN, scope);
    }
    g_assert_cmpuint(pf_consent_store_list(store)->len, ==, 512);
    g_assert_cmpint(find(store, bed->own, TOKEN, "1:7"), ==, PF_CONSENT_NONE);
    g_assert_cmpint(find(store, bed->own, TOKEN, "1:8"), ==, PF_CONSENT_SESSION);
}

static void
test_not_ours_alone(Bed *bed, gconstpointer data)
{
    static const mode_t loose[] = {0640, 0620, 0604, 0602, 0610};
    g_autofree char *real = g_strconcat(bed->path, ".real", NULL);
    write_file(bed, HEADER GOOD, -1);
    for (gsize i = 0; i < G_N_ELEMENTS(loose); i++) {
        chmod(bed->path, loose[i]);
        expect_not_used(bed);
    }
    chmod(bed->path, 0600);
    g_assert_cmpint(g_rename(bed->path, real), ==, 0);
    g_assert_cmpint(symlink(real, bed->path), ==, 0);
    expect_not_used(bed);
    g_assert_cmpint(g_unlink(bed->path), ==, 0);
    g_assert_cmpint(mkfifo(bed->path, 0600), ==, 0);
    expect_not_used(bed);
    g_assert_cmpint(g_unlink(bed->path), ==, 0);
    if (geteuid() != 0) {
        g_test_message("only root can make a file somebody else's");
        return;
    }
    g_assert_cmpint(g_rename(real, bed->path), ==, 0);
    g_assert_cmpint(chown(bed->path, 12345, (gid_t)-1), ==, 0);
    expect_not_used(bed);
}

/* A link in the file's place is replaced, not followed. */
static void
test_link_is_not_written_to(Bed *bed, gconstpointer data)
{
    g_autofree char *victim = g_build_filename(bed->top, "victim", NULL);
    g_autofree char *text = NULL;
    write_file(bed, "", 0);
    g_assert_cmpint(g_unlink(bed->path), ==, 0);
    g_assert_true(g_file_set_contents(victim, "mine", 4, NULL));
    g_assert_cmpint(symlink(victim, bed->path), ==, 0);
    g_test_expect_message(G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*are not used*");
    g_autoptr(PfConsentStore) store = pf_consent_store_new(bed->path);
    g_test_assert_expected_messages();
    add(store, PF_CONSENT_NEVER, bed->own, TOKEN, "1:1");
    g_assert_true(g_file_get_contents(victim, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "mine");
    g_assert_false(g_file_test(bed->path, G_FILE_TEST_IS_SYMLINK));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/consent-store/names", test_names);
#define ADD(name, func) g_test_add("/consent-store/" name, Bed, NULL, set_up, func, tear_down)
    ADD("about", test_about);
    ADD("counts", test_counts);
    ADD("kept", test_kept);
    ADD("revoked", test_revoked);
    ADD("revoked-without-space", test_revoked_without_space);
    ADD("damaged", test_damaged);
    ADD("too-much", test_too_much);
    ADD("not-ours-alone", test_not_ours_alone);
    ADD("link-is-not-written-to", test_link_is_not_written_to);
    return g_test_run();
}
