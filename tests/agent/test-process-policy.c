/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests the rule for the protected path, and which programs the lists mean. */
#include "process-policy.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "prompter-executable.h"

static const struct {
    const char *what;
    PfProcessFacts facts;
    gboolean shows_flag;
    gboolean can_be_asked;
} rules[] = {
    {"a display of its own", {.session = PF_SESSION_GRAPHICAL}, TRUE, TRUE},
    {"the agent's display", {.agent_has_display = TRUE}, TRUE, TRUE},
    {"no display anywhere", {.session = PF_SESSION_UNKNOWN}, FALSE, FALSE},
    {"text session", {.session = PF_SESSION_TEXT, .agent_has_display = TRUE}, FALSE, FALSE},
    {"terminal", {.session = PF_SESSION_GRAPHICAL, .has_terminal = TRUE}, FALSE, TRUE},
    {"terminal of a text session",
     {.session = PF_SESSION_TEXT, .has_terminal = TRUE, .agent_has_display = TRUE},
     FALSE,
     FALSE},
    {"listed, terminal",
     {.is_listed = TRUE, .session = PF_SESSION_GRAPHICAL, .has_terminal = TRUE},
     TRUE,
     TRUE},
    {"listed, text session", {.is_listed = TRUE, .session = PF_SESSION_TEXT}, TRUE, TRUE},
    {"unable", {.is_listed_unable = TRUE, .session = PF_SESSION_GRAPHICAL}, FALSE, TRUE},
    {"on both lists",
     {.is_listed = TRUE, .is_listed_unable = TRUE, .session = PF_SESSION_GRAPHICAL},
     TRUE,
     TRUE},
};

static void
test_rules(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_test_message("%s", rules[i].what);
        g_assert_cmpint(pf_process_policy_decide(&rules[i].facts), ==, rules[i].shows_flag);
        g_assert_cmpint(pf_process_policy_can_be_asked(&rules[i].facts), ==, rules[i].can_be_asked);
    }
}

static void
find_facts(const char *exe, PfConfig *config, PfProcessFacts *facts)
{
    PfPeerIdentity identity = {.exe = (char *)exe};
    pf_process_policy_find_facts(&identity, config, TRUE, facts);
}

static void
test_lists(void)
{
    PfConfig config = {0};
    PfProcessFacts facts;
    find_facts("/usr/lib/chromium/chromium", &config, &facts);
    g_assert_true(facts.is_listed_unable);
    g_assert_false(facts.is_listed);
    find_facts("/usr/lib/firefox/firefox", &config, &facts);
    g_assert_false(facts.is_listed_unable);
    find_facts("", &config, &facts);
    g_assert_false(facts.is_listed_unable);
    /* A list of one's own takes the place of the shipped one. */
    config.no_protected_path = (char *[]){(char *)"firefox", NULL};
    config.protected_path = (char *[]){(char *)"/usr/bin/ssh", NULL};
    find_facts("/usr/lib/firefox/firefox", &config, &facts);
    g_assert_true(facts.is_listed_unable);
    find_facts("/usr/lib/chromium/chromium", &config, &facts);
    g_assert_false(facts.is_listed_unable);
    find_facts("/usr/bin/ssh", &config, &facts);
    g_assert_true(facts.is_listed);
    find_facts("/usr/local/bin/ssh", &config, &facts);
    g_assert_false(facts.is_listed);
}

/* What test_own_command_line() runs as the agent of a tree, where this program may be pinfoldctl as
 * well: one file has both names. */
static gboolean
is_own_file_listed(void)
{
    PfConfig config = {0};
    PfProcessFacts facts;
    struct stat st;
    PfPeerIdentity identity = {
        .exe = (char *)"/elsewhere/pinfoldctl",
        .is_exe_known = TRUE,
        .pid = getpid(),
    };
    pf_prompter_executable_init();
    g_assert_cmpint(stat("/proc/self/exe", &st), ==, 0);
    identity.exe_device = st.st_dev;
    identity.exe_inode = st.st_ino;
    pf_process_policy_find_facts(&identity, &config, TRUE, &facts);
    return facts.is_listed;
}

static char *
run_in_tree(const char *agent)
{
    const char *argv[] = {agent, "is-own-file-listed", NULL};
    char *said = NULL;
    int status;
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &said, NULL,
                               &status, NULL));
    g_assert_true(g_spawn_check_wait_status(status, NULL));
    return said;
}

static void
test_own_command_line(void)
{
    g_autofree char *root = g_dir_make_tmp("pf-policy-XXXXXX", NULL);
    g_autofree char *agent_folder = g_build_filename(root, "agent", NULL);
    g_autofree char *app_folder = g_build_filename(root, "app", NULL);
    g_autofree char *agent = g_build_filename(agent_folder, "pinfold-agent", NULL);
    g_autofree char *command = g_build_filename(app_folder, "pinfoldctl", NULL);
    g_autoptr(GFile) own = g_file_new_for_path("/proc/self/exe");
    g_autoptr(GFile) copy = g_file_new_for_path(agent);
    g_assert_cmpint(g_mkdir(agent_folder, 0700), ==, 0);
    g_assert_cmpint(g_mkdir(app_folder, 0700), ==, 0);
    g_assert_true(g_file_copy(own, copy, G_FILE_COPY_NONE, NULL, NULL, NULL, NULL));
    g_assert_cmpint(chmod(agent, 0700), ==, 0);
    g_autofree char *without = run_in_tree(agent);
    g_assert_cmpstr(without, ==, "no\n"); /* its name alone makes no pinfoldctl */
    g_assert_cmpint(link(agent, command), ==, 0);
    g_autofree char *with = run_in_tree(agent);
    g_assert_cmpstr(with, ==, "yes\n");
    g_unlink(command);
    g_unlink(agent);
    g_rmdir(app_folder);
    g_rmdir(agent_folder);
    g_rmdir(root);
}

int
main(int argc, char **argv)
{
    if (argc == 2 && g_str_equal(argv[1], "is-own-file-listed")) {
        puts(is_own_file_listed() ? "yes" : "no");
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process-policy/rules", test_rules);
    g_test_add_func("/process-policy/lists", test_lists);
    g_test_add_func("/process-policy/own-command-line", test_own_command_line);
    return g_test_run();
}
