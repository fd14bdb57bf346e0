/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* status: one answer of the agent, as JSON or for people. */
#include "ctl-status.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

#include "ctl-agent.h"
#include "ctl-json.h"
#include "ctl-options.h"
#include "ctl-text.h"
#include "never-words.h"

/* D-Bus has no null: the agent leaves the key out, the JSON must have it. */
static void
fill_in_null(JsonObject *status, const char *array_name, const char *key)
{
    JsonArray *array = json_object_get_array_member(status, array_name);
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *element = json_array_get_object_element(array, i);
        if (!json_object_has_member(element, key))
            json_object_set_null_member(element, key);
    }
}

/* What the agent tells the app alone has no promise of staying as it is. */
static void
drop_undocumented(JsonObject *status)
{
    static const char *const names[] = {"reader_service", "reading", "modules"};
    JsonArray *tokens = json_object_get_array_member(status, "tokens");
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        json_object_remove_member(status, names[i]);
    for (guint i = 0; i < json_array_get_length(tokens); i++) {
        json_object_remove_member(json_array_get_object_element(tokens, i), "module");
        json_object_remove_member(json_array_get_object_element(tokens, i), "tries_left");
        json_object_remove_member(json_array_get_object_element(tokens, i), "never_cached");
        json_object_remove_member(json_array_get_object_element(tokens, i), "generates");
    }
}

static void
print_json(GVariant *status)
{
    g_autoptr(JsonNode) root = json_gvariant_serialize(status);
    JsonObject *object = json_node_get_object(root);
    drop_undocumented(object);
    fill_in_null(object, "readers", "token_uri");
    fill_in_null(object, "tokens", "reader");
    fill_in_null(object, "tokens", "logout");
    pf_ctl_json_print(root);
}

static const char *
lookup_text(GVariant *dict, const char *key)
{
    const char *text = "";
    g_variant_lookup(dict, key, "&s", &text);
    return text;
}

static GVariant *
lookup_list(GVariant *dict, const char *key)
{
    GVariant *list = g_variant_lookup_value(dict, key, G_VARIANT_TYPE("aa{sv}"));
    return list != NULL ? list
                        : g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE_VARDICT, NULL, 0));
}

/* The label where the token is there, else its URI. */
static const char *
find_label(GVariant *tokens, const char *uri)
{
    for (gsize i = 0; i < g_variant_n_children(tokens); i++) {
        g_autoptr(GVariant) token = g_variant_get_child_value(tokens, i);
        const char *label = lookup_text(token, "label");
        if (g_str_equal(lookup_text(token, "uri"), uri) && *label != '\0')
            return label; /* part of TOKENS' own memory */
    }
    return uri;
}

static void
print_readers(GVariant *readers, GVariant *tokens)
{
    PfCtlTable *table = pf_ctl_table_new(3);
    g_print("\n%s\n", _("Readers"));
    for (gsize i = 0; i < g_variant_n_children(readers); i++) {
        g_autoptr(GVariant) reader = g_variant_get_child_value(readers, i);
        const char *uri = lookup_text(reader, "token_uri");
        gboolean present = FALSE;
        g_variant_lookup(reader, "present", "b", &present);
        pf_ctl_table_add(table, lookup_text(reader, "name"), present ? _("card") : _("empty"),
                         *uri != '\0' ? find_label(tokens, uri)
                         : present    ? _("not known to any module")
                                      : "");
    }
    if (g_variant_n_children(readers) == 0)
        g_print("  %s\n", _("none"));
    pf_ctl_table_print(table, 2);
}

static void
print_tokens(GVariant *tokens)
{
    PfCtlTable *table = pf_ctl_table_new(4);
    g_print("\n%s\n", _("Tokens"));
    for (gsize i = 0; i < g_variant_n_children(tokens); i++) {
        g_autoptr(GVariant) token = g_variant_get_child_value(tokens, i);
        const char *reader = lookup_text(token, "reader");
        const char *never = pf_never_words_get(lookup_text(token, "never_cached"));
        pf_ctl_table_add(table, lookup_text(token, "label"),
                         *reader != '\0' ? reader : _("no card reader"), never != NULL ? never : "",
                         lookup_text(token, "uri"));
    }
    if (g_variant_n_children(tokens) == 0)
        g_print("  %s\n", _("none"));
    pf_ctl_table_print(table, 2);
}

static char *
describe_state(GVariant *domain)
{
    gboolean logged_in = FALSE;
    gboolean asleep = FALSE;
    gint64 idle = 0;
    gint64 expires = -1;
    g_variant_lookup(domain, "logged_in", "b", &logged_in);
    g_variant_lookup(domain, "asleep", "b", &asleep);
    g_variant_lookup(domain, "idle_s", "x", &idle);
    g_variant_lookup(domain, "expires_s", "x", &expires);
    if (!logged_in)
        return g_strdup(asleep ? _("PIN forgotten, asked at the next use") : _("no PIN"));
    if (expires < 0)
        /* Translators: seconds. */
        return g_strdup_printf(_("PIN cached, unused for %ld s"), (long)idle);
    /* Translators: seconds. */
    return g_strdup_printf(_("PIN cached, unused for %ld s, forgotten in %ld s"), (long)idle,
                           (long)expires);
}

/* STATE, and who is using the token although the PIN is forgotten; takes it. */
static char *
add_still_open(char *state, GVariant *domain)
{
    gboolean logged_in = FALSE;
    g_autoptr(GVariant) members = lookup_list(domain, "members");
    g_autoptr(GString) names = g_string_new(NULL);
    g_variant_lookup(domain, "logged_in", "b", &logged_in);
    for (gsize i = 0; i < g_variant_n_children(members); i++) {
        g_autoptr(GVariant) member = g_variant_get_child_value(members, i);
        gboolean still_open = FALSE;
        g_variant_lookup(member, "still_open", "b", &still_open);
        if (still_open)
            g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
                                   lookup_text(member, "name"));
    }
    if (logged_in || names->len == 0)
        return state;
    g_autofree char *old = state;
    /* Translators: what is held of a PIN, and a program, or several with commas, that is using the
     * token although it is forgotten. */
    return g_strdup_printf(_("%s; still open in %s"), old, names->str);
}

static void
print_members(GVariant *domain)
{
    g_autoptr(GVariant) members = lookup_list(domain, "members");
    PfCtlTable *table = pf_ctl_table_new(4);
    for (gsize i = 0; i < g_variant_n_children(members); i++) {
        g_autoptr(GVariant) member = g_variant_get_child_value(members, i);
        guint32 pid = 0;
        guint32 sessions = 0;
        g_variant_lookup(member, "pid", "u", &pid);
        g_variant_lookup(member, "sessions", "u", &sessions);
        g_autofree char *pid_text = g_strdup_printf("%u", pid);
        g_autofree char *sessions_text =
            g_strdup_printf(ngettext("%u session", "%u sessions", sessions), sessions);
        pf_ctl_table_add(table, lookup_text(member, "name"), pid_text, sessions_text,
                         lookup_text(member, "exe"));
    }
    pf_ctl_table_print(table, 4);
}

static void
print_domains(GVariant *domains, GVariant *tokens)
{
    g_print("\n%s\n", _("Logins"));
    for (gsize i = 0; i < g_variant_n_children(domains); i++) {
        g_autoptr(GVariant) domain = g_variant_get_child_value(domains, i);
        g_autofree char *state = add_still_open(describe_state(domain), domain);
        PfCtlTable *table = pf_ctl_table_new(3);
        pf_ctl_table_add(table, find_label(tokens, lookup_text(domain, "token_uri")),
                         lookup_text(domain, "app_id"), state);
        pf_ctl_table_print(table, 2);
        print_members(domain);
    }
    if (g_variant_n_children(domains) == 0)
        g_print("  %s\n", _("none"));
}

static void
print_text(GVariant *status)
{
    g_autoptr(GVariant) readers = lookup_list(status, "readers");
    g_autoptr(GVariant) tokens = lookup_list(status, "tokens");
    g_autoptr(GVariant) domains = lookup_list(status, "domains");
    g_autofree char *version = pf_ctl_text_dup_safe(lookup_text(status, "version"));
    g_autofree char *mode = pf_ctl_text_dup_safe(lookup_text(status, "cache_mode"));
    /* Translators: a version number, and the name of a cache mode, which stays as it is. */
    g_print(_("Pinfold %s, cache mode “%s”"), version, mode);
    g_print("\n");
    print_readers(readers, tokens);
    print_tokens(tokens);
    print_domains(domains, tokens);
}

PfCtlExit
pf_ctl_status_run(int argc, char **argv)
{
    gboolean json;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) status = NULL;
    if (!pf_ctl_options_parse_json(argc, argv, _("– show readers, tokens and logins"),
                                   _("status takes no arguments"), &json))
        return PF_CTL_USAGE;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(&error);
    if (agent == NULL || !pf_dbus_agent1_call_get_status_sync(agent, &status, NULL, &error))
        return pf_ctl_agent_fail(error);
    if (json)
        print_json(status);
    else
        print_text(status);
    return PF_CTL_OK;
}
