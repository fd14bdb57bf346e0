/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Protected path: the rule, the shipped list, and what logind knows. */
#include "process-policy.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-login.h>

#include "prompter-executable.h"

/* Programs that cannot use the flag: they never call C_Login without a PIN, or fail when they see
 * it. Chromium by all its names, and the tools of NSS. */
static const char *const shipped_unable[] = {
    "chromium",
    "chromium-browser",
    "chrome",
    "google-chrome",
    "google-chrome-stable",
    "msedge",
    "brave",
    "opera",
    "vivaldi-bin",
    "certutil",
    "modutil",
    "pk12util",
    "cmsutil",
    "crlutil",
    "signtool",
    "signver",
    "tstclnt",
    "selfserv",
    "strsclnt",
    "pp",
    "crmftest",
    "ssltap",
    "vfychain",
    "vfyserv",
    "derdump",
    "symkeyutil",
    "shlibsign",
    NULL,
};

gboolean
pf_process_policy_decide(const PfProcessFacts *facts)
{
    if (facts->is_listed_unable && !facts->is_listed)
        return FALSE;
    if (facts->is_listed)
        return TRUE;
    if (facts->has_terminal || facts->session == PF_SESSION_TEXT)
        return FALSE;
    return facts->session == PF_SESSION_GRAPHICAL || facts->agent_has_display;
}

gboolean
pf_process_policy_can_be_asked(const PfProcessFacts *facts)
{
    if (facts->is_listed)
        return TRUE;
    if (facts->session == PF_SESSION_TEXT)
        return FALSE;
    return facts->session == PF_SESSION_GRAPHICAL || facts->agent_has_display;
}

/* A list names programs by file name or by path. */
static gboolean
contains_program(PfConfigWords words, const char *exe)
{
    g_autofree char *name = g_path_get_basename(exe);
    return exe[0] != '\0' &&
           (pf_config_words_contain(words, exe) || pf_config_words_contain(words, name));
}

static int
find_session_type(pid_t pid)
{
    char *session = NULL;
    char *type = NULL;
    int found = PF_SESSION_UNKNOWN;
    if (pid != 0 && sd_pid_get_session(pid, &session) >= 0 &&
        sd_session_get_type(session, &type) >= 0) {
        if (strcmp(type, "x11") == 0 || strcmp(type, "wayland") == 0 || strcmp(type, "mir") == 0)
            found = PF_SESSION_GRAPHICAL;
        else if (strcmp(type, "unspecified") != 0)
            found = PF_SESSION_TEXT;
    }
    free(session);
    free(type);
    return found;
}

void
pf_process_policy_find_facts(const PfPeerIdentity *identity, const PfConfig *config,
                             gboolean agent_has_display, PfProcessFacts *facts)
{
    PfConfigWords unable = config->no_protected_path;
    if (unable == NULL)
        unable = (PfConfigWords)shipped_unable;
    *facts = (PfProcessFacts){
        .is_listed = contains_program(config->protected_path, identity->exe) ||
                     pf_prompter_executable_is_command(identity),
        .is_listed_unable = contains_program(unable, identity->exe),
        .has_terminal = pf_peer_identity_has_terminal(identity),
        .session = find_session_type(identity->pid),
        .agent_has_display = agent_has_display,
    };
}
