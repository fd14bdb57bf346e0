/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The agent without its listener, its session bus and its app; they are other tests' affair. */
#include "agent-place.h"

#include <dirent.h>
#include <gio/gio.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app-launcher.h"
#include "cache-private.h"
#include "fuzz-clock.h"
#include "fuzz.h"
#include "peer-connection.h"
#include "prompter-executable.h"
#include "secret.h"

/* More turns than any input can ask for. */
#define TURNS_MAX 20000
/* Small, so that a peer that does not read is soon felt. */
#define SEND_BUFFER 4096
/* Longer than any timer of the agent runs. */
#define EVERY_TIMER_S 400

static GSettings *settings_of_person;
static PfAgentSettings *settings;
static PfCache *cache;
static PfPromptBroker *broker;
static GPtrArray *connections;
static bool is_ready;
/* Before the agent was made. libFuzzer opens and closes files of its own between two inputs. */
static int descriptors;
static long locked_kb;

/* What the agent says to people is not for each input. */
static GLogWriterOutput
drop_message(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) != 0)
        return g_log_writer_default(level, fields, count, data);
    return G_LOG_WRITER_HANDLED;
}

/* Instead of the agent's own: nobody is started, and who the prompter is, the fuzzer says. */
void
pf_app_launcher_start(GObject *owner, void (*on_failed)(gpointer owner))
{
}

void
pf_prompter_executable_init(void)
{
}

gboolean
pf_prompter_executable_matches(const PfPeerIdentity *identity)
{
    return identity->start_time == 1 + AGENT_PLACE_PROMPTER;
}

gboolean
pf_prompter_executable_is_command(const PfPeerIdentity *identity)
{
    return FALSE;
}

static int
count_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        abort();
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

/* Where a PIN is, memory is locked. */
static long
read_locked_kb(void)
{
    char line[128];
    long kb = -1;
    FILE *status = fopen("/proc/self/status", "re");
    if (status == NULL)
        abort();
    while (fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmLck: %ld", &kb) == 1)
            break;
    }
    fclose(status);
    return kb;
}

void
agent_place_begin(void)
{
    g_autoptr(GError) error = NULL;
    descriptors = count_descriptors();
    locked_kb = read_locked_kb();
    PfConfig *config = calloc(1, sizeof *config);
    g_assert(config != NULL);
    config->cache_pin = true;
    broker = pf_prompt_broker_new();
    /* Where nothing can be kept: decisions are for the session. */
    g_autoptr(PfConsentStore) consents = pf_consent_store_new("/proc/nowhere/consents");
    cache = pf_cache_new(config, settings, broker, consents, &error);
    g_assert_no_error(error);
    pf_cache_set_close_func(cache, (PfCacheCloseFunc)pf_peer_connection_close_later);
}

static void
on_connection_closed(PfPeerConnection *connection, gpointer user_data)
{
    FUZZ_CHECK(g_ptr_array_remove_fast(connections, connection));
}

static PfPeerIdentity *
new_identity(unsigned process)
{
    struct stat st;
    PfPeerIdentity *identity = g_new0(PfPeerIdentity, 1);
    if (stat("/proc/self/exe", &st) < 0)
        abort();
    *identity = (PfPeerIdentity){
        .pid = getpid(),
        .start_time = 1 + process,
        .pidfd = pidfd_open(getpid(), 0),
        .is_exe_known = process != AGENT_PLACE_UNKNOWN,
        .exe_device = st.st_dev,
        .exe_inode = st.st_ino + (process == AGENT_PLACE_CHANGED),
        .exe = g_strdup(process != AGENT_PLACE_UNKNOWN ? "/usr/bin/program" : ""),
        .name = g_strdup("Program"),
        .icon = g_strdup(""),
    };
    return identity;
}

int
agent_place_connect(unsigned process)
{
    int ends[2];
    int send_buffer = SEND_BUFFER;
    g_autoptr(GError) error = NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        abort();
    PfPeerConnection *connection =
        pf_peer_connection_new(ends[0], new_identity(process), cache, broker, on_connection_closed,
                               NULL, &error);
    g_assert_no_error(error);
    /* Now, for sd-bus has made it as big as it could. */
    if (setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer) < 0)
        abort();
    g_ptr_array_add(connections, connection);
    return ends[1];
}

bool
agent_place_turn(void)
{
    unsigned turns = 0;
    while (g_main_context_iteration(NULL, FALSE))
        FUZZ_CHECK(++turns < TURNS_MAX);
    return turns > 0;
}

void
agent_place_forget(void)
{
    pf_cache_forget(cache, &(PfDomainFilter){NULL}, PF_FORGET_COMMAND);
}

void
agent_place_remove_token(const char *token_uri)
{
    pf_cache_token_removed(cache, token_uri, PF_FORGET_REMOVED);
}

void
agent_place_set(const char *key, const char *value)
{
    if (g_strcmp0(key, "confirm-signatures") == 0)
        g_settings_set_boolean(settings_of_person, key, g_strcmp0(value, "true") == 0);
    else
        g_settings_set_string(settings_of_person, key, value);
}

void
agent_place_wait(unsigned seconds)
{
    fuzz_clock_advance(seconds);
}

void
agent_place_end(void)
{
    agent_place_turn();
    FUZZ_CHECK(connections->len == 0);
    FUZZ_CHECK(cache->contexts->len == 0);
    FUZZ_CHECK(cache->prompting->len == 0);
    FUZZ_CHECK(g_hash_table_size(cache->queues) == 0);
    FUZZ_CHECK(g_hash_table_size(cache->retries) == 0);
    FUZZ_CHECK(cache->waiting_timer == 0);
    FUZZ_CHECK(g_hash_table_size(cache->identities) == 0);
    /* What is left are IDs that were opened. */
    FUZZ_CHECK(g_hash_table_size(cache->sets) == cache->open_ids);
    FUZZ_CHECK(cache->domains->len == cache->open_ids);
    g_settings_reset(settings_of_person, "cache-mode");
    g_settings_reset(settings_of_person, "sharing");
    g_settings_reset(settings_of_person, "confirm-signatures");
    g_clear_object(&cache);
    g_clear_object(&broker);
    /* A timer that was left behind is now one of what has been freed. */
    fuzz_clock_advance(EVERY_TIMER_S);
    agent_place_turn();
    pf_secret_release_kept();
    /* The empty page that waits for the next PIN is there or not; from here on it is. */
    pf_pin_page_prepare();
    FUZZ_CHECK(!is_ready || count_descriptors() == descriptors);
    FUZZ_CHECK(!is_ready || read_locked_kb() == locked_kb);
}

void
agent_place_init(void)
{
    g_setenv("G_DEBUG", "fatal-criticals", TRUE);
    g_setenv("GSETTINGS_BACKEND", "memory", TRUE);
    g_setenv("GSETTINGS_SCHEMA_DIR", PF_TEST_SCHEMAS, TRUE);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
    g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere", TRUE);
    g_log_set_writer_func(drop_message, NULL, NULL);
    settings_of_person = g_settings_new("org.pinfold");
    settings = pf_agent_settings_new(NULL);
    connections = g_ptr_array_new();
    /* What is made once, by whatever library, is made now. */
    is_ready = false;
    agent_place_begin();
    close(agent_place_connect(0));
    agent_place_end();
    is_ready = true;
}
