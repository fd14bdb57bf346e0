/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* consent: the decisions as the agent lists them, and taking them back. */
#include "ctl-consent.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "ctl-agent.h"
#include "ctl-json.h"
#include "ctl-options.h"
#include "ctl-text.h"

/* Keys of one decision in the JSON; what the agent leaves out is null there. */
static const struct {
    const char *name; /* on the bus */
    const char *member;
} keys[] = {
    {"id", "id"},
    {"program", "program"},
    {"executable", "executable"},
    {"script", "script"},
    {"sandbox", "sandbox"},
    {"token-uri", "token_uri"},
    {"shared-id", "app_id"},
    {"group", "group"},
    {"decision", "decision"},
};

static const char *
lookup_text(GVariant *consent, const char *key)
{
    const char *text = NULL;
    g_variant_lookup(consent, key, "&s", &text);
    return text;
}

static gint64
get_since(GVariant *consent)
{
    gint64 since = 0;
    g_variant_lookup(consent, "since", "x", &since);
    return since;
}

static void
print_json(GVariant *consents)
{
    JsonArray *array = json_array_new();
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_ARRAY);
    for (gsize i = 0; i < g_variant_n_children(consents); i++) {
        g_autoptr(GVariant) consent = g_variant_get_child_value(consents, i);
        JsonObject *object = json_object_new();
        for (gsize k = 0; k < G_N_ELEMENTS(keys); k++) {
            const char *text = lookup_text(consent, keys[k].name);
            if (text != NULL)
                json_object_set_string_member(object, keys[k].member, text);
            else
                json_object_set_null_member(object, keys[k].member);
        }
        json_object_set_int_member(object, "since", get_since(consent));
        json_array_add_object_element(array, object);
    }
    json_node_take_array(root, array);
    pf_ctl_json_print(root);
}

static const char *
get_decision_text(const char *decision)
{
    if (g_strcmp0(decision, "session") == 0)
        return _("allowed for this session");
    return g_strcmp0(decision, "always") == 0 ? _("always allowed") : _("never allowed");
}

/* What tells the program from others: the sandbox, the script, or the executable. */
static const char *
get_program_detail(GVariant *consent)
{
    static const char *const details[] = {"sandbox", "script", "executable"};
    for (gsize i = 0; i < G_N_ELEMENTS(details); i++) {
        const char *text = lookup_text(consent, details[i]);
        if (text != NULL && *text != '\0')
            return text;
    }
    return _("unknown");
}

static char *
describe_scope(GVariant *consent)
{
    const char *id = lookup_text(consent, "shared-id");
    const char *group = lookup_text(consent, "group");
    if (group != NULL && id != NULL)
        return g_strdup_printf("%s (%s)", group, id);
    return g_strdup(group != NULL ? group : id != NULL ? id : _("programs in no group"));
}

static void
print_text(GVariant *consents)
{
    for (gsize i = 0; i < g_variant_n_children(consents); i++) {
        g_autoptr(GVariant) consent = g_variant_get_child_value(consents, i);
        const char *uri = lookup_text(consent, "token-uri");
        const char *id = lookup_text(consent, "id");
        const char *program = lookup_text(consent, "program");
        g_autofree char *since = pf_ctl_text_dup_time(get_since(consent));
        g_autofree char *scope = describe_scope(consent);
        PfCtlTable *table = pf_ctl_table_new(4);
        pf_ctl_table_add(table, id != NULL ? id : "", program != NULL ? program : "",
                         get_decision_text(lookup_text(consent, "decision")), since);
        pf_ctl_table_print(table, 0);
        table = pf_ctl_table_new(2);
        pf_ctl_table_add(table, _("Program:"), get_program_detail(consent));
        pf_ctl_table_add(table, _("Token:"), uri != NULL ? uri : "");
        pf_ctl_table_add(table, _("Logins of:"), scope);
        pf_ctl_table_print(table, 4);
    }
    if (g_variant_n_children(consents) == 0)
        g_print("%s\n", _("Nothing has been decided."));
}

static PfCtlExit
run_list(int argc, char **argv)
{
    gboolean json;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) consents = NULL;
    if (!pf_ctl_options_parse_json(argc, argv, _("– show what was decided about programs"),
                                   _("consent list takes no arguments"), &json))
        return PF_CTL_USAGE;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(&error);
    if (agent == NULL || !pf_dbus_agent1_call_list_consents_sync(agent, &consents, NULL, &error))
        return pf_ctl_agent_fail(error);
    if (json)
        print_json(consents);
    else
        print_text(consents);
    return PF_CTL_OK;
}

/* ID "": all. */
static PfCtlExit
take_back(const char *id)
{
    g_autoptr(GError) error = NULL;
    guint count = 0;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(&error);
    if (agent == NULL || !pf_dbus_agent1_call_revoke_consent_sync(agent, id, &count, NULL, &error))
        return pf_ctl_agent_fail(error);
    if (count == 0 && *id != '\0') {
        g_autofree char *message = g_strdup_printf(_("there is no decision “%s”"), id);
        pf_ctl_text_print_error(message);
        return PF_CTL_FAILED;
    }
    g_print(ngettext("%u decision revoked.\n", "%u decisions revoked.\n", count), count);
    return PF_CTL_OK;
}

static PfCtlExit
run_revoke(int argc, char **argv)
{
    g_autofree char *argument =
        pf_ctl_options_parse_one(argc, argv, _("[ID] – take back what was decided about a program"),
                                 N_("Everything that was decided"),
                                 _("consent revoke takes one ID, or --all"));
    return argument != NULL ? take_back(argument) : PF_CTL_USAGE;
}

PfCtlExit
pf_ctl_consent_run(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "list") == 0)
        return run_list(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "revoke") == 0)
        return run_revoke(argc - 1, argv + 1);
    pf_ctl_text_print_error(_("consent is followed by list or revoke"));
    return PF_CTL_USAGE;
}
