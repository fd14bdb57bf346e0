/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfold-agent: hardens the process, puts the parts together, runs until it is told to stop. */
#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "agent-periphery.h"
#include "agent-settings.h"
#include "cache-calls.h"
#include "consent-file.h"
#include "listener.h"
#include "prompt-broker.h"
#include "prompter-executable.h"
#include "text-domain.h"

static gboolean
on_stop_signal(gpointer user_data)
{
    g_main_loop_quit(user_data);
    return G_SOURCE_CONTINUE;
}

static void
on_place_lost(gpointer user_data)
{
    g_main_loop_quit(user_data);
}

/* Each program that is connected takes a few; a manager's usual 1024 are soon gone. */
#define DESCRIPTORS_MAX 65536u

static void
raise_limit(int resource, rlim_t wanted)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0 || limit.rlim_cur >= MIN(wanted, limit.rlim_max))
        return;
    limit.rlim_cur = MIN(wanted, limit.rlim_max);
    setrlimit(resource, &limit);
}

/* No core, no debugger of the same user, as much locked memory as we may have. */
static void
harden(void)
{
    struct rlimit none = {0, 0};
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
    raise_limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
    raise_limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
}

static void
log_config_problems(const PfConfig *config)
{
    for (gsize i = 0; i < config->problem_count; i++) {
        const PfConfigProblem *problem = &config->problems[i];
        g_warning("%s:%u: %s", problem->file, problem->line, problem->reason);
    }
}

static int
run(PfCache *cache, PfAgentSettings *settings, PfPromptBroker *broker)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    PfListener *listener = NULL;
    PfSocketPlaceStart start =
        pf_listener_new(cache, broker, on_place_lost, loop, &listener, &error);
    if (start == PF_SOCKET_PLACE_TAKEN) {
        g_message("Another agent is running already");
        return EXIT_SUCCESS;
    }
    if (start == PF_SOCKET_PLACE_FAILED) {
        g_warning("The agent cannot start: %s", error->message);
        return EXIT_FAILURE;
    }
    g_unix_signal_add(SIGTERM, on_stop_signal, loop);
    g_unix_signal_add(SIGINT, on_stop_signal, loop);
    PfAgentPeriphery *periphery = pf_agent_periphery_new(cache, settings, broker);
    g_main_loop_run(loop);
    guint count = pf_cache_forget(cache, &(PfDomainFilter){NULL}, PF_FORGET_AGENT_STOP);
    g_message("The agent stops; PINs forgotten: %u", count);
    pf_agent_periphery_free(periphery);
    pf_listener_free(listener);
    return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        g_print("pinfold-agent " PF_VERSION "\n");
        return EXIT_SUCCESS;
    }
    if (argc > 1) {
        g_printerr("usage: pinfold-agent [--version]\n");
        return EXIT_FAILURE;
    }
    /* What it tells pinfoldctl and the app is for the person; numbers in files are not. */
    setlocale(LC_CTYPE, "");
    setlocale(LC_MESSAGES, "");
    pf_text_domain_init(PF_LIBEXECDIR, PF_LOCALEDIR);
    pf_prompter_executable_init();
    harden();
    PfConfig *config = pf_config_load();
    if (config == NULL)
        g_error("out of memory");
    log_config_problems(config);
    g_autoptr(GError) error = NULL;
    g_autoptr(PfAgentSettings) settings = pf_agent_settings_new(config);
    g_autoptr(PfPromptBroker) broker = pf_prompt_broker_new();
    g_autofree char *consents_path = pf_consent_file_dup_path();
    g_autoptr(PfConsentStore) consents = pf_consent_store_new(consents_path);
    g_autoptr(PfCache) cache = pf_cache_new(config, settings, broker, consents, &error);
    if (cache == NULL) {
        g_warning("The agent cannot start: %s", error->message);
        return EXIT_FAILURE;
    }
    return run(cache, settings, broker);
}
