/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The list: probes run side by side, so one backend that hangs costs its own time and no other's.
 */
#include "tokens-list.h"

#include <unistd.h>

#include "config.h"
#include "helper-run.h"
#include "json-text.h"

#define PROBE_TIMEOUT_MS 8000u
#define PROBE_MAX_BYTES  (256ul * 1024u)

typedef struct {
    const PfConfigModule *module;
    JsonObject *result; /* NULL until it is there */
    guint *pending;
} Probe;

/* CAUSE where it is not the backend itself that says why, but how its process ended. */
static JsonObject *
new_fault(const char *reason, const char *cause)
{
    JsonObject *result = json_object_new();
    g_autofree char *text = g_utf8_make_valid(reason, -1);
    json_object_set_boolean_member(result, "ok", FALSE);
    json_object_set_string_member(result, "fault", text);
    json_object_set_string_member(result, "cause", cause);
    return result;
}

static JsonObject *
parse_probe(GBytes *output)
{
    g_autoptr(JsonNode) node = pf_json_text_parse(output);
    return node != NULL ? json_object_ref(json_node_get_object(node))
                        : new_fault("ended without an answer", "ends");
}

static void
on_probe_done(GObject *source, GAsyncResult *result, gpointer data)
{
    Probe *probe = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) output = pf_helper_run_finish(result, &error);
    gboolean hangs = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
    probe->result =
        output != NULL ? parse_probe(output) : new_fault(error->message, hangs ? "hangs" : "ends");
    (*probe->pending)--;
}

static JsonNode *
build_document(Probe *probes, gsize count)
{
    JsonArray *modules = json_array_new();
    for (gsize i = 0; i < count; i++) {
        g_autofree char *name = g_utf8_make_valid(probes[i].module->name, -1);
        g_autofree char *path = g_utf8_make_valid(probes[i].module->path, -1);
        json_object_set_string_member(probes[i].result, "name", name);
        json_object_set_string_member(probes[i].result, "path", path);
        json_array_add_object_element(modules, probes[i].result);
    }
    JsonObject *document = json_object_new();
    json_object_set_array_member(document, "modules", modules);
    JsonNode *root = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(root, document);
    return root;
}

JsonNode *
pf_tokens_list_run(const char *self)
{
    PfConfig *config = pf_config_load();
    if (config == NULL)
        g_error("out of memory");
    guint pending = 0;
    g_autofree char *parent = g_strdup_printf("%d", (int)getpid());
    g_autofree Probe *probes = g_new0(Probe, config->module_count + 1);
    for (gsize i = 0; i < config->module_count; i++) {
        const char *argv[] = {self, "probe", parent, config->modules[i].path, NULL};
        probes[i].module = &config->modules[i];
        probes[i].pending = &pending;
        pending++;
        pf_helper_run_async(argv, PROBE_TIMEOUT_MS, PROBE_MAX_BYTES, NULL, on_probe_done,
                            &probes[i]);
    }
    while (pending > 0)
        g_main_context_iteration(NULL, TRUE);
    JsonNode *document = build_document(probes, config->module_count);
    pf_config_free(config);
    return document;
}
