/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* keyring: which tokens' PINs are stored, and removing them. */
#include "ctl-keyring.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "ctl-agent.h"
#include "ctl-json.h"
#include "ctl-options.h"
#include "ctl-text.h"
#include "token-pattern.h"

static const char *
lookup_text(GVariant *entry, const char *key)
{
    const char *text = "";
    g_variant_lookup(entry, key, "&s", &text);
    return text;
}

static gint64
get_since(GVariant *entry)
{
    gint64 since = 0;
    g_variant_lookup(entry, "since", "x", &since);
    return since;
}

static void
print_json(const char *state, GVariant *entries)
{
    JsonObject *object = json_object_new();
    JsonArray *array = json_array_new();
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
    for (gsize i = 0; i < g_variant_n_children(entries); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(entries, i);
        JsonObject *token = json_object_new();
        json_object_set_string_member(token, "token_uri", lookup_text(entry, "token-uri"));
        json_object_set_string_member(token, "label", lookup_text(entry, "label"));
        json_object_set_int_member(token, "since", get_since(entry));
        json_array_add_object_element(array, token);
    }
    json_object_set_string_member(object, "state", state);
    json_object_set_array_member(object, "pins", array);
    json_node_take_object(root, object);
    pf_ctl_json_print(root);
}

/* Why there is no list. */
static const char *
get_state_text(const char *state)
{
    if (strcmp(state, "off") == 0)
        return _("PINs are not put into the keyring: the setting allow-keyring is off.");
    if (strcmp(state, "locked") == 0)
        return _("The keyring is locked.");
    if (strcmp(state, "plain") == 0)
        return _("The keyring is not used: it offers no encrypted session.");
    return _("There is no keyring that can be used.");
}

static void
print_text(const char *state, GVariant *entries)
{
    if (strcmp(state, "ready") != 0) {
        g_print("%s\n", get_state_text(state));
        return;
    }
    if (g_variant_n_children(entries) == 0) {
        g_print("%s\n", _("There is no PIN in the keyring."));
        return;
    }
    PfCtlTable *table = pf_ctl_table_new(3);
    for (gsize i = 0; i < g_variant_n_children(entries); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(entries, i);
        g_autofree char *since = pf_ctl_text_dup_time(get_since(entry));
        pf_ctl_table_add(table, lookup_text(entry, "label"), since,
                         lookup_text(entry, "token-uri"));
    }
    pf_ctl_table_print(table, 0);
}

static PfCtlExit
run_list(int argc, char **argv)
{
    gboolean json;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) entries = NULL;
    g_autofree char *state = NULL;
    if (!pf_ctl_options_parse_json(argc, argv, _("– show the tokens whose PIN is in the keyring"),
                                   _("keyring list takes no arguments"), &json))
        return PF_CTL_USAGE;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(&error);
    if (agent == NULL ||
        !pf_dbus_agent1_call_list_stored_pins_sync(agent, &state, &entries, NULL, &error))
        return pf_ctl_agent_fail(error);
    if (json)
        print_json(state, entries);
    else
        print_text(state, entries);
    return PF_CTL_OK;
}

/* TOKEN_URI "": all. */
static PfCtlExit
remove_stored(const char *token_uri)
{
    g_autoptr(GError) error = NULL;
    guint count = 0;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(&error);
    if (agent == NULL ||
        !pf_dbus_agent1_call_remove_stored_pin_sync(agent, token_uri, &count, NULL, &error))
        return pf_ctl_agent_fail(error);
    if (count == 0 && *token_uri != '\0') {
        pf_ctl_text_print_error(_("there is no PIN of this token in the keyring"));
        return PF_CTL_FAILED;
    }
    g_print(ngettext("%u PIN removed from the keyring.\n", "%u PINs removed from the keyring.\n",
                     count),
            count);
    return PF_CTL_OK;
}

/* Here as well as in the agent: what holds a PIN by mistake does not go over the bus. */
static gboolean
check_uri(const char *token_uri)
{
    const char *reason = NULL;
    PfTokenPattern *pattern = pf_token_pattern_new(token_uri, &reason);
    if (pattern == NULL) {
        g_autofree char *message = g_strdup_printf(_("the token URI %s"), reason);
        pf_ctl_text_print_error(message);
    }
    pf_token_pattern_free(pattern);
    return reason == NULL;
}

static PfCtlExit
run_remove(int argc, char **argv)
{
    g_autofree char *argument =
        pf_ctl_options_parse_one(argc, argv,
                                 _("[TOKEN-URI] – remove a token's PIN from the keyring"),
                                 N_("The PINs of all tokens"),
                                 _("keyring remove takes the URI of one token, or --all"));
    if (argument == NULL || (*argument != '\0' && !check_uri(argument)))
        return PF_CTL_USAGE;
    return remove_stored(argument);
}

PfCtlExit
pf_ctl_keyring_run(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "list") == 0)
        return run_list(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "remove") == 0)
        return run_remove(argc - 1, argv + 1);
    pf_ctl_text_print_error(_("keyring is followed by list or remove"));
    return PF_CTL_USAGE;
}
