/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Runs one PfTokenJob, as the app does: run-token-job VERB URI [MODULE|- [FILE|- [KIND LABEL]]].
 *
 * Standard input has two lines, the proof and the secret; an empty one is none. Prints the result
 * as one JSON object, or says why there is none and exits with 1. SIGUSR1 cancels; SIGUSR2 stops,
 * and a line on standard error says that it has. Where it stands as app/pinfold of an agent's tree,
 * it is that agent's prompter, who answers nothing. Instead of a verb, "begin" has the agent hold
 * the token nine times, and prints how often it did. */
#include <fcntl.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>

#include "helper-path.h"
#include "socket-path.h"
#include "token-flags.h"
#include "token-job.h"
#include "token-note.h"
#include "wire-names.h"

/* In the place of the app's own: this program stands elsewhere in the build tree. */
char *
pf_helper_path_dup(void)
{
    return g_build_filename(g_getenv("PINFOLD_BUILD"), "agent", "pinfold-tokens", NULL);
}

static PfSecret *
read_secret(void)
{
    char line[1024];
    if (fgets(line, sizeof line, stdin) == NULL)
        return NULL;
    gsize len = strcspn(line, "\n");
    return len > 0 ? pf_secret_new(line, len) : NULL;
}

typedef struct {
    GAsyncResult *result;
    JsonArray *steps;
} Harness;

static void
print_result(const PfTokenJobResult *result, JsonArray *steps)
{
    JsonObject *object = json_object_new();
    json_object_set_array_member(object, "steps", json_array_ref(steps));
    json_object_set_string_member(object, "fault", pf_tokens_fault_get_word(result->fault));
    json_object_set_int_member(object, "tries", result->tries);
    if (result->has_flags) {
        JsonArray *array = json_array_new();
        g_auto(GStrv) names = pf_token_flags_to_names(result->flags);
        for (char **name = names; *name != NULL; name++)
            json_array_add_string_element(array, *name);
        json_object_set_array_member(object, "flags", array);
    }
    if (result->answer != NULL)
        json_object_set_object_member(object, "answer", json_object_ref(result->answer));
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(node, object);
    g_autofree char *text = json_to_string(node, FALSE);
    puts(text);
}

static void
on_job_done(GObject *source, GAsyncResult *async_result, gpointer data)
{
    Harness *harness = data;
    harness->result = g_object_ref(async_result);
}

static void
on_job_progress(const char *step, guint done, guint total, gpointer data)
{
    Harness *harness = data;
    g_autofree char *text = g_strdup_printf("%s %u/%u", step, done, total);
    json_array_add_string_element(harness->steps, text);
}

static gboolean
on_stop(gpointer data)
{
    g_cancellable_cancel(data);
    fputs("stop\n", stderr);
    return G_SOURCE_CONTINUE;
}

/* NULL where it is no agent's app. */
static sd_bus *
register_as_prompter(const char *program)
{
    char path[108];
    sd_bus *bus = NULL;
    if (!g_str_has_suffix(program, "/app/pinfold"))
        return NULL;
    int r = pf_socket_path_get(path, sizeof path);
    g_autofree char *address = g_strconcat("unix:path=", path, NULL);
    if (r >= 0)
        r = sd_bus_new(&bus);
    if (r >= 0)
        r = sd_bus_set_address(bus, address);
    if (r >= 0)
        r = sd_bus_start(bus);
    if (r >= 0)
        r = sd_bus_call_method(bus, NULL, PF_WIRE_CACHE_PATH, PF_WIRE_CACHE_INTERFACE,
                               "RegisterPrompter", NULL, NULL, "");
    if (r < 0)
        g_error("it is not the prompter: %s", g_strerror(-r));
    return bus;
}

/* The agent asks the bus who has told it something, before it listens: whoever does not wait for an
 * answer has to be there until then. */
static void
stay_for_agent(void)
{
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    for (int i = 0; bus != NULL && i < 3; i++) {
        g_autoptr(GVariant) answer G_GNUC_UNUSED =
            g_dbus_connection_call_sync(bus, PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH,
                                        "org.pinfold.Agent1", "GetStatus", NULL, NULL,
                                        G_DBUS_CALL_FLAGS_NO_AUTO_START, 5000, NULL, NULL);
    }
}

static GAsyncResult *
wait_for_result(GAsyncResult **result)
{
    while (*result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return *result;
}

static int
begin(const char *uri)
{
    /* What was begun ends with the connection. */
    g_autoptr(GPtrArray) buses = g_ptr_array_new_with_free_func(g_object_unref);
    for (int i = 0; i < 9; i++) {
        Harness harness = {NULL, NULL};
        pf_token_note_call_async("BeginTokenChange", g_variant_new("(s)", uri), 5000, on_job_done,
                                 &harness);
        g_autoptr(GAsyncResult) result = wait_for_result(&harness.result);
        GDBusConnection *bus = pf_token_note_call_finish(result, NULL);
        if (bus != NULL)
            g_ptr_array_add(buses, bus);
    }
    printf("%u\n", buses->len);
    return 0;
}

static gboolean
on_cancel(gpointer data)
{
    g_cancellable_cancel(data);
    return G_SOURCE_CONTINUE;
}

int
main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    sd_bus *prompter = register_as_prompter(argv[0]);
    if (strcmp(argv[1], "begin") == 0)
        return begin(argv[2]);
    PF_AUTO_SECRET proof = read_secret();
    PF_AUTO_SECRET secret = read_secret();
    g_autoptr(JsonArray) steps = json_array_new();
    g_autoptr(GCancellable) stop = g_cancellable_new();
    Harness harness = {NULL, steps};
    PfTokenJob job = {
        .verb = argv[1],
        .token_uri = argv[2],
        .module_path = argc > 3 && strcmp(argv[3], "-") != 0 ? argv[3] : NULL,
        .proof = proof,
        .secret = secret,
        .file_fd = argc > 4 && strcmp(argv[4], "-") != 0 ? open(argv[4], O_RDONLY | O_CLOEXEC) : -1,
        .key_kind = argc > 6 ? argv[5] : NULL,
        .key_label = argc > 6 ? argv[6] : NULL,
        .on_progress = on_job_progress,
        .stop = stop,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    guint cancel_id = g_unix_signal_add(SIGUSR1, on_cancel, cancellable);
    guint stop_id = g_unix_signal_add(SIGUSR2, on_stop, stop);
    pf_token_job_run_async(&job, cancellable, on_job_done, &harness);
    wait_for_result(&harness.result);
    g_source_remove(cancel_id);
    g_source_remove(stop_id);
    g_autoptr(GAsyncResult) async_result = harness.result;
    g_autoptr(PfTokenJobResult) result = pf_token_job_run_finish(async_result, &error);
    if (result != NULL)
        print_result(result, steps);
    else
        fprintf(stderr, "%s\n", error->message);
    if (prompter != NULL)
        stay_for_agent();
    sd_bus_close_unref(prompter);
    return result != NULL ? 0 : 1;
}
