/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests the rule for the protected path, and which programs the lists mean. */
#include "process-policy.h"

static const struct {
    const char *what;
    PfProcessFacts facts;
    gboolean decision;
} rules[] = {
    {"a display of its own", {.session = PF_SESSION_GRAPHICAL}, TRUE},
    {"the agent's display", {.agent_has_display = TRUE}, TRUE},
    {"no display anywhere", {.session = PF_SESSION_UNKNOWN}, FALSE},
    {"text session", {.session = PF_SESSION_TEXT, .agent_has_display = TRUE}, FALSE},
    {"terminal", {.session = PF_SESSION_GRAPHICAL, .has_terminal = TRUE}, FALSE},
    {"listed, terminal",
     {.is_listed = TRUE, .session = PF_SESSION_GRAPHICAL, .has_terminal = TRUE},
     TRUE},
    {"listed, text session", {.is_listed = TRUE, .session = PF_SESSION_TEXT}, TRUE},
    {"unable", {.is_listed_unable = TRUE, .session = PF_SESSION_GRAPHICAL}, FALSE},
    {"on both lists",
     {.is_listed = TRUE, .is_listed_unable = TRUE, .session = PF_SESSION_GRAPHICAL},
     TRUE},
};

static void
test_rules(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_test_message("%s", rules[i].what);
        g_assert_cmpint(pf_process_policy_decide(&rules[i].facts), ==, rules[i].decision);
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process-policy/rules", test_rules);
    g_test_add_func("/process-policy/lists", test_lists);
    return g_test_run();
}
