/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The agent's outer parts as they are around a cache that a test scripts: no PIN, no private
 * socket.
 *
 * Commands on standard input: `domain URI MAJOR:MINOR PID`, `report URI SLOT hardware|software`,
 * `changed COUNT`, `tries URI`, `presented URI accepted|rejected`, `keys URI`; each thing that
 * happens is a line on standard output. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "app-id.h"
#include "cache.h"
#include "control.h"
#include "removal-guard.h"
#include "socket-path.h"

struct _PfCache {
    GObject parent_instance;
    GPtrArray *domains;          /* of PfDomainInfo; a test's few are not given back */
    GPtrArray *signature_tokens; /* URIs */
    PfHistory *history;
};

G_DEFINE_FINAL_TYPE(PfCache, pf_cache, G_TYPE_OBJECT)

static void G_GNUC_PRINTF(1, 2) say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

static void
pf_cache_init(PfCache *self)
{
    self->domains = g_ptr_array_new();
    self->signature_tokens = g_ptr_array_new_with_free_func(g_free);
    self->history = pf_history_new();
}

static void
pf_cache_class_init(PfCacheClass *klass)
{
    g_signal_new("changed", PF_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    g_signal_new("forgotten", PF_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                 G_TYPE_STRING, G_TYPE_UINT64, G_TYPE_STRING);
    g_signal_new("token-reported", PF_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 1, G_TYPE_POINTER);
    g_signal_new("pin-presented", PF_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
    g_signal_new("stored-pins-changed", PF_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 0);
    g_signal_new("consents-changed", PF_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                 G_TYPE_NONE, 0);
}

PfCacheMode
pf_cache_get_mode(PfCache *cache)
{
    return PF_CACHE_MODE_PROCESS;
}

PfHistory *
pf_cache_get_history(PfCache *cache)
{
    return cache->history;
}

GPtrArray *
pf_cache_list_domains(PfCache *cache)
{
    return g_ptr_array_copy(cache->domains, NULL, NULL);
}

static guint
drop(PfCache *cache, const PfDomainFilter *filter, const char *reason)
{
    guint count = 0;
    for (guint i = cache->domains->len; i-- > 0;) {
        PfDomainInfo *domain = cache->domains->pdata[i];
        const PfDomainMemberInfo *member = domain->members->pdata[0];
        if ((filter->token_uri != NULL && strcmp(filter->token_uri, domain->token_uri) != 0) ||
            (filter->has_app_id && filter->app_id != domain->app_id) ||
            (filter->pid != 0 && filter->pid != member->pid))
            continue;
        g_ptr_array_remove_index(cache->domains, i);
        g_signal_emit_by_name(cache, "forgotten", domain->token_uri, domain->app_id, reason);
        count++;
    }
    return count;
}

GPtrArray *
pf_cache_list_consents(PfCache *cache)
{
    return g_ptr_array_new();
}

gboolean
pf_cache_allows_keyring(PfCache *cache)
{
    return FALSE;
}

guint
pf_cache_revoke_consent(PfCache *cache, const char *id)
{
    return 0;
}

guint
pf_cache_forget(PfCache *cache, const PfDomainFilter *filter, PfForgetReason reason)
{
    return drop(cache, filter, "command");
}

void
pf_cache_token_removed(PfCache *cache, const char *token_uri, PfForgetReason reason)
{
    PfDomainFilter filter = {.token_uri = token_uri};
    say("removed %s", token_uri);
    drop(cache, &filter, "removed");
}

void
pf_cache_hold_token(PfCache *cache, const char *token_uri)
{
    say("held %s", token_uri);
}

void
pf_cache_release_token(PfCache *cache, const char *token_uri)
{
    say("released %s", token_uri);
}

gboolean
pf_cache_is_token_busy(PfCache *cache, const char *token_uri)
{
    return FALSE;
}

void
pf_cache_objects_changed(PfCache *cache, const char *token_uri)
{
    say("objects %s", token_uri);
}

void
pf_cache_set_doubled(PfCache *cache, const char *const *token_uris)
{
    for (gsize i = 0; token_uris[i] != NULL; i++)
        say("doubled %s", token_uris[i]);
}

const char *
pf_cache_get_never_reason(PfCache *cache, const char *token_uri)
{
    return g_ptr_array_find_with_equal_func(cache->signature_tokens, token_uri, g_str_equal, NULL)
               ? "keys"
               : NULL;
}

GStrv
pf_cache_list_signature_tokens(PfCache *cache)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (guint i = 0; i < cache->signature_tokens->len; i++)
        g_strv_builder_add(builder, cache->signature_tokens->pdata[i]);
    return g_strv_builder_end(builder);
}

void
pf_cache_forget_keys(PfCache *cache, const char *token_uri)
{
    guint i;
    if (g_ptr_array_find_with_equal_func(cache->signature_tokens, token_uri, g_str_equal, &i))
        g_ptr_array_remove_index(cache->signature_tokens, i);
    say("keys forgotten %s", token_uri);
}

void
pf_cache_note_token_flags(PfCache *cache, const char *token_uri, CK_FLAGS flags, gint64 since)
{
    say("flags %s %lx", token_uri, flags);
}

/* The ID 5:5 is open on every token. */
gboolean
pf_cache_close_opened_id(PfCache *cache, const char *token_uri, guint64 app_id)
{
    if (app_id != (5ull << 32 | 5))
        return FALSE;
    say("closed %s", token_uri);
    return TRUE;
}

typedef struct {
    GMainLoop *loop;
    PfCache *cache;
    PfTokenRegistry *registry;
    PfControl *control;
} Parts;

static void
add_domain(PfCache *cache, char **words)
{
    PfDomainInfo *domain = g_new0(PfDomainInfo, 1);
    PfDomainMemberInfo *member = g_new0(PfDomainMemberInfo, 1);
    uint64_t app_id = 0;
    if (!pf_app_id_parse(words[2], &app_id))
        abort();
    member->pid = (guint32)atoi(words[3]);
    member->exe = g_strdup("/usr/bin/some\033[2J");
    member->name = g_strdup("Some Program");
    member->sessions = 2;
    domain->app_id = app_id;
    domain->token_uri = g_strdup(words[1]);
    domain->logged_in = TRUE;
    domain->since = 1700000000;
    domain->idle_s = 7;
    domain->expires_s = -1;
    domain->members = g_ptr_array_new();
    g_ptr_array_add(domain->members, member);
    g_ptr_array_add(cache->domains, domain);
    g_signal_emit_by_name(cache, "changed");
}

static void
on_tries(GObject *source, GAsyncResult *result, gpointer data)
{
    say("tries %d", pf_token_registry_tries_left_finish(PF_TOKEN_REGISTRY(source), result));
}

static void
run_command(Parts *parts, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 4);
    if (strcmp(words[0], "domain") == 0) {
        add_domain(parts->cache, words);
        say("done");
    } else if (strcmp(words[0], "report") == 0) {
        g_autofree char *slot = g_strdelimit(g_strdup(words[2]), "_", ' ');
        PfReportedToken report = {
            .token_uri = words[1],
            .event = PF_TOKEN_EVENT_SEEN,
            .slot_description = slot,
            .token_flags = CKF_TOKEN_INITIALIZED,
            .has_token_flags = TRUE,
            .hardware = strcmp(words[3], "hardware") == 0,
        };
        g_signal_emit_by_name(parts->cache, "token-reported", &report);
        say("done");
    } else if (strcmp(words[0], "changed") == 0) {
        for (int i = atoi(words[1]); i > 0; i--)
            g_signal_emit_by_name(parts->cache, "changed");
        say("done");
    } else if (strcmp(words[0], "presented") == 0) {
        g_signal_emit_by_name(parts->cache, "pin-presented", words[1],
                              strcmp(words[2], "accepted") == 0);
        say("done");
    } else if (strcmp(words[0], "keys") == 0) {
        g_ptr_array_add(parts->cache->signature_tokens, g_strdup(words[1]));
        say("done");
    } else if (strcmp(words[0], "tries") == 0) {
        pf_token_registry_tries_left_async(parts->registry, words[1], NULL, on_tries, NULL);
    } else {
        abort();
    }
}

static void
on_line(GObject *source, GAsyncResult *result, gpointer data)
{
    Parts *parts = data;
    GDataInputStream *input = G_DATA_INPUT_STREAM(source);
    g_autofree char *line = g_data_input_stream_read_line_finish(input, result, NULL, NULL);
    if (line == NULL) {
        g_main_loop_quit(parts->loop);
        return;
    }
    run_command(parts, line);
    g_data_input_stream_read_line_async(input, G_PRIORITY_DEFAULT, NULL, on_line, parts);
}

static void
on_name_lost(PfControl *control, gboolean bus_gone, gpointer data)
{
    say("name-lost %s", bus_gone ? "bus-gone" : "taken");
}

static void
on_refreshed(PfTokenRegistry *registry, gpointer data)
{
    say("refreshed");
}

/* As the agent, which listens before it takes its name; it is not served. */
static void
listen_on_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (pf_socket_path_get(address.sun_path, sizeof address.sun_path) < 0)
        return;
    g_autofree char *folder = g_path_get_dirname(address.sun_path);
    g_mkdir(folder, 0700);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        listen(fd, 64);
}

int
main(int argc, char **argv)
{
    listen_on_socket();
    g_autoptr(PfPcscWatcher) watcher = pf_pcsc_watcher_new(&pf_pcsc_api, NULL);
    g_autofree char *helper = g_build_filename(argv[1], "agent", "pinfold-tokens", NULL);
    g_autoptr(GFile) standard_input = g_file_new_for_path("/dev/stdin");
    g_autoptr(GInputStream) input = G_INPUT_STREAM(g_file_read(standard_input, NULL, NULL));
    g_autoptr(GDataInputStream) lines = g_data_input_stream_new(input);
    Parts parts = {
        .loop = g_main_loop_new(NULL, FALSE),
        .cache = g_object_new(PF_TYPE_CACHE, NULL),
        .registry = pf_token_registry_new(watcher, helper),
    };
    parts.control = pf_control_new(parts.cache, parts.registry, watcher);
    g_signal_connect(parts.registry, "refreshed", G_CALLBACK(on_refreshed), NULL);
    g_signal_connect(parts.control, "name-lost", G_CALLBACK(on_name_lost), NULL);
    pf_removal_guard_connect(parts.cache, parts.registry);
    pf_token_registry_refresh(parts.registry);
    pf_control_start(parts.control);
    g_data_input_stream_read_line_async(lines, G_PRIORITY_DEFAULT, NULL, on_line, &parts);
    g_main_loop_run(parts.loop);
    pf_control_stop(parts.control);
    pf_token_registry_stop(parts.registry);
    pf_pcsc_watcher_stop(watcher);
    say("stopped");
    g_clear_object(&parts.control);
    g_clear_object(&parts.registry);
    g_clear_object(&parts.cache);
    g_main_loop_unref(parts.loop);
    return 0;
}
