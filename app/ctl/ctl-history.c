/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* history: what the agent remembers, latest last as in a log, or as JSON, latest first. */
#include "ctl-history.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdlib.h>

#include "ctl-agent.h"
#include "ctl-json.h"
#include "ctl-options.h"
#include "ctl-text.h"
#include "history-words.h"
#include "token-pattern.h"

/* Keys of an entry; what the agent leaves out is null in the JSON. */
static const struct {
    const char *name; /* on the bus */
    const char *member;
    const char *type;
} keys[] = {
    {"id", "id", "t"},
    {"when", "when", "x"},
    {"event", "event", "s"},
    {"operation", "operation", "s"},
    {"reason", "reason", "s"},
    {"program", "program", "s"},
    {"executable", "executable", "s"},
    {"pid", "pid", "u"},
    {"token-uri", "token_uri", "s"},
    {"app-id", "app_id", "s"},
    {"key-label", "key_label", "s"},
    {"setting", "setting", "s"},
    {"value", "value", "s"},
    {"count", "count", "u"},
    {"since", "since", "x"},
};

static JsonNode *
make_node(GVariant *value, char type)
{
    JsonNode *node = json_node_new(JSON_NODE_VALUE);
    switch (type) {
    case 's':
        json_node_set_string(node, g_variant_get_string(value, NULL));
        break;
    case 'u':
        json_node_set_int(node, g_variant_get_uint32(value));
        break;
    case 'x':
        json_node_set_int(node, g_variant_get_int64(value));
        break;
    default:
        json_node_set_int(node, (gint64)g_variant_get_uint64(value));
        break;
    }
    return node;
}

/* An entry that stands for one event happened once, from when to when. */
static void
complete(JsonObject *object)
{
    if (!json_object_get_null_member(object, "count"))
        return;
    json_object_set_int_member(object, "count", 1);
    json_object_set_int_member(object, "since", json_object_get_int_member(object, "when"));
}

static void
print_json(GVariant *entries)
{
    JsonArray *array = json_array_new();
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_ARRAY);
    for (gsize i = 0; i < g_variant_n_children(entries); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(entries, i);
        JsonObject *object = json_object_new();
        for (gsize k = 0; k < G_N_ELEMENTS(keys); k++) {
            g_autoptr(GVariant) value =
                g_variant_lookup_value(entry, keys[k].name, G_VARIANT_TYPE(keys[k].type));
            if (value != NULL)
                json_object_set_member(object, keys[k].member, make_node(value, *keys[k].type));
            else
                json_object_set_null_member(object, keys[k].member);
        }
        complete(object);
        json_array_add_object_element(array, object);
    }
    json_node_take_array(root, array);
    pf_ctl_json_print(root);
}

/* Borrowed; NULL when absent. */
static const char *
look_up(GVariant *entry, const char *key)
{
    const char *text = NULL;
    g_variant_lookup(entry, key, "&s", &text);
    return text;
}

static char *
format_time(GVariant *entry)
{
    gint64 when = 0;
    g_variant_lookup(entry, "when", "x", &when);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(when / G_USEC_PER_SEC);
    return time != NULL ? g_date_time_format(time, "%F %T") : g_strdup("");
}

/* What happened, and how often. */
static char *
describe(GVariant *entry)
{
    guint32 count = 1;
    char *words = pf_history_words_dup(entry);
    if (!g_variant_lookup(entry, "count", "u", &count) || count < 2)
        return words;
    g_autofree char *single = words;
    /* Translators: what happened, and how many times. */
    return g_strdup_printf(_("%s (%u×)"), single, count);
}

static char *
describe_program(GVariant *entry)
{
    guint32 pid = 0;
    const char *program = look_up(entry, "program");
    if (program == NULL)
        program = look_up(entry, "executable");
    gboolean has_pid = g_variant_lookup(entry, "pid", "u", &pid);
    if (program == NULL && !has_pid)
        return g_strdup("");
    if (program == NULL)
        program = _("unknown");
    return has_pid ? g_strdup_printf("%s (%u)", program, pid) : g_strdup(program);
}

/* The token's label, and the key's behind it. */
static char *
describe_key(GVariant *entry)
{
    const char *uri = look_up(entry, "token-uri");
    const char *key = look_up(entry, "key-label");
    char *label = uri != NULL ? pf_token_pattern_dup_label(uri) : NULL;
    g_autofree char *token = g_strdup(label != NULL && *label != '\0' ? label : uri);
    free(label);
    if (token == NULL)
        return g_strdup("");
    return key != NULL ? g_strdup_printf("%s: %s", token, key) : g_steal_pointer(&token);
}

static void
print_text(GVariant *entries)
{
    PfCtlTable *table = pf_ctl_table_new(4);
    gsize count = g_variant_n_children(entries);
    for (gsize i = count; i > 0; i--) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(entries, i - 1);
        g_autofree char *time = format_time(entry);
        g_autofree char *words = describe(entry);
        g_autofree char *program = describe_program(entry);
        g_autofree char *key = describe_key(entry);
        pf_ctl_table_add(table, time, words, program, key);
    }
    pf_ctl_table_print(table, 0);
    if (count == 0)
        g_print("%s\n", _("Nothing has happened since the agent was started."));
}

PfCtlExit
pf_ctl_history_run(int argc, char **argv)
{
    gboolean json;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) history = NULL;
    if (!pf_ctl_options_parse_json(argc, argv, _("– show what was done with your PINs"),
                                   _("history takes no arguments"), &json))
        return PF_CTL_USAGE;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(&error);
    if (agent == NULL || !pf_dbus_agent1_call_get_history_sync(agent, 0, &history, NULL, &error))
        return pf_ctl_agent_fail(error);
    if (json)
        print_json(history);
    else
        print_text(history);
    return PF_CTL_OK;
}
