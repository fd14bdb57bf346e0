/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* doctor: what can be seen without the agent, then what the agent sees. */
#include "ctl-doctor.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

#include "build-version.h"
#include "ctl-agent.h"
#include "ctl-doctor-backends.h"
#include "ctl-doctor-logout.h"
#include "ctl-text.h"
#include "session-bus.h"
#include "socket-path.h"

typedef struct {
    JsonArray *findings;
    gboolean anonymous;
    gboolean has_error;
} Report;

static const char *
get_verdict_word(const char *verdict)
{
    if (g_str_equal(verdict, "ok"))
        return _("ok");
    return g_str_equal(verdict, "warning") ? _("warning") : _("ERROR");
}

static void
add(Report *report, const char *id, const char *verdict, const char *text, const char *fix)
{
    JsonObject *finding = json_object_new();
    json_object_set_string_member(finding, "id", id);
    json_object_set_string_member(finding, "verdict", verdict);
    json_object_set_string_member(finding, "text", text);
    if (fix != NULL && *fix != '\0')
        json_object_set_string_member(finding, "fix", fix);
    json_array_add_object_element(report->findings, finding);
    if (!g_str_equal(verdict, "ok") && !g_str_equal(verdict, "warning"))
        report->has_error = TRUE;
}

static void
check_runtime_dir(Report *report)
{
    char path[256];
    int r = pf_socket_path_get(path, sizeof path);
    if (r == 0)
        add(report, "runtime-directory", "ok", _("There is a runtime directory."), NULL);
    else
        add(report, "runtime-directory", "error",
            r == -ENAMETOOLONG ? _("The path of the runtime directory is too long for a socket.")
                               : _("XDG_RUNTIME_DIR is not set: programs cannot find the agent."),
            _("Log in through a session manager that sets it (pam_systemd), or set it yourself."));
}

static void
check_settings(Report *report)
{
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();
    g_autoptr(GSettingsSchema) schema =
        source != NULL ? g_settings_schema_source_lookup(source, "org.pinfold", TRUE) : NULL;
    if (schema == NULL) {
        add(report, "settings", "error", _("The settings org.pinfold are not installed."),
            _("Reinstall Pinfold, or run glib-compile-schemas on its schema directory."));
        return;
    }
    g_autoptr(GSettingsBackend) backend = g_settings_backend_get_default();
    const char *type = G_OBJECT_TYPE_NAME(backend);
    if (g_str_equal(type, "GMemorySettingsBackend"))
        add(report, "settings", "warning",
            _("Settings are kept in memory only: the agent does not see what is set."),
            _("Install dconf, or set GSETTINGS_BACKEND=keyfile for the whole session."));
    else
        add(report, "settings", "ok", _("Settings are stored."), NULL);
}

/* Findings about one reader or token name it, with its serial number. What of them helps others,
 * the list of backends says without the names. */
static gboolean
is_personal(const char *id)
{
    return g_str_has_prefix(id, "reader:") || g_str_has_prefix(id, "card:") ||
           g_str_has_prefix(id, "token:");
}

static void
add_agent_findings(Report *report, GVariant *findings)
{
    for (gsize i = 0; i < g_variant_n_children(findings); i++) {
        g_autoptr(GVariant) finding = g_variant_get_child_value(findings, i);
        const char *id = "";
        const char *verdict = "error";
        const char *text = "";
        const char *fix = NULL;
        g_variant_lookup(finding, "id", "&s", &id);
        g_variant_lookup(finding, "verdict", "&s", &verdict);
        g_variant_lookup(finding, "text", "&s", &text);
        g_variant_lookup(finding, "fix", "&s", &fix);
        if (report->anonymous && is_personal(id))
            continue;
        add(report, id, verdict, text, fix);
    }
}

static void
check_version(Report *report, PfDBusAgent1 *agent)
{
    g_autoptr(GVariant) status = NULL;
    const char *version = "";
    if (!pf_dbus_agent1_call_get_status_sync(agent, &status, NULL, NULL))
        return;
    g_variant_lookup(status, "version", "&s", &version);
    if (g_str_equal(version, PF_VERSION)) {
        add(report, "agent", "ok", _("The agent runs."), NULL);
        return;
    }
    g_autofree char *text =
        g_strdup_printf(_("The agent runs, but it is version %s and this is %s."), version,
                        PF_VERSION);
    add(report, "agent", "warning", text,
        _("Log out and in again, or restart the agent (systemctl --user restart pinfold-agent)."));
}

static void
check_agent(Report *report)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) findings = NULL;
    g_autoptr(PfDBusAgent1) agent = pf_ctl_agent_connect(&error);
    if (agent == NULL && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
        add(report, "agent", "error", error->message,
            _("Find out what it is, and end it. It can answer for the agent and read what is asked "
              "on the session bus, where no PIN ever is; programs do not ask it for PINs."));
        return;
    }
    if (agent == NULL) {
        add(report, "agent", "error", error->message,
            pf_session_bus_exists()
                ? _("Reinstall Pinfold, or look into the journal (journalctl --user -u "
                    "pinfold-agent).")
                : _("Run this within the desktop session."));
        return;
    }
    check_version(report, agent);
    if (pf_dbus_agent1_call_diagnose_sync(agent, &findings, NULL, &error)) {
        add_agent_findings(report, findings);
        return;
    }
    pf_ctl_agent_clean_error(error);
    add(report, "agent", "error", error->message, _("Look into the journal of the agent."));
}

static void
hide_home(Report *report)
{
    const char *home = g_get_home_dir();
    if (*home == '\0' || g_str_equal(home, "/"))
        return;
    for (guint i = 0; i < json_array_get_length(report->findings); i++) {
        JsonObject *finding = json_array_get_object_element(report->findings, i);
        GString *text = g_string_new(json_object_get_string_member(finding, "text"));
        g_string_replace(text, home, "~", 0);
        json_object_set_string_member(finding, "text", text->str);
        g_string_free(text, TRUE);
    }
}

static void
print_json(Report *report, JsonArray *backends)
{
    JsonObject *object = json_object_new();
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
    json_object_set_string_member(object, "version", PF_VERSION);
    json_object_set_array_member(object, "findings", json_array_ref(report->findings));
    json_object_set_array_member(object, "backends",
                                 backends != NULL ? json_array_ref(backends) : json_array_new());
    json_node_take_object(root, object);
    g_autofree char *text = json_to_string(root, TRUE);
    g_print("%s\n", text);
}

static void
print_text(Report *report, JsonArray *backends)
{
    PfCtlTable *table = pf_ctl_table_new(3);
    for (guint i = 0; i < json_array_get_length(report->findings); i++) {
        JsonObject *finding = json_array_get_object_element(report->findings, i);
        pf_ctl_table_add(table, get_verdict_word(json_object_get_string_member(finding, "verdict")),
                         json_object_get_string_member(finding, "id"),
                         json_object_get_string_member(finding, "text"));
        if (!json_object_has_member(finding, "fix"))
            continue;
        g_autofree char *line =
            g_strdup_printf("→ %s", json_object_get_string_member(finding, "fix"));
        pf_ctl_table_add(table, "", "", line);
    }
    if (report->anonymous)
        g_print("pinfoldctl %s\n\n", PF_VERSION);
    pf_ctl_table_print(table, 0);
    if (backends != NULL)
        pf_ctl_doctor_backends_print(backends);
}

static PfCtlExit
run_checks(gboolean anonymous, gboolean json)
{
    g_autoptr(JsonArray) findings = json_array_new();
    Report report = {.findings = findings, .anonymous = anonymous};
    g_autoptr(GError) error = NULL;
    check_runtime_dir(&report);
    check_settings(&report);
    check_agent(&report);
    g_autoptr(JsonArray) backends = pf_ctl_doctor_backends_read(anonymous, &error);
    if (backends == NULL)
        add(&report, "helper", "error", error->message, _("Reinstall Pinfold."));
    if (anonymous)
        hide_home(&report);
    if (json)
        print_json(&report, backends);
    else
        print_text(&report, backends);
    return report.has_error ? PF_CTL_FAILED : PF_CTL_OK;
}

PfCtlExit
pf_ctl_doctor_run(int argc, char **argv)
{
    gboolean report = FALSE;
    gboolean json = FALSE;
    int pin_fd = -1;
    g_autofree char *token_uri = NULL;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_("Print JSON, in a form that is stable"), NULL},
        {"report", 0, 0, G_OPTION_ARG_NONE, &report,
         N_("Leave out what tells one token or person from another, to show it to others"), NULL},
        {"logout-test", 0, 0, G_OPTION_ARG_STRING, &token_uri,
         N_("Measure what a logout from this token ends; needs its PIN"), N_("TOKEN-URI")},
        {"pin-fd", 0, 0, G_OPTION_ARG_INT, &pin_fd,
         N_("Read the PIN from this descriptor, not from the terminal"), "N"},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(_("– find out what is wrong"));
    g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    gboolean parsed = g_option_context_parse(context, &argc, &argv, &error);
    if (!parsed || argc != 1 || (pin_fd >= 0 && token_uri == NULL)) {
        pf_ctl_text_print_error(error != NULL ? error->message
                                : argc != 1   ? _("doctor takes no arguments")
                                              : _("--pin-fd goes with --logout-test"));
        return PF_CTL_USAGE;
    }
    /* The test's result names no token: it is a report as it is. */
    return token_uri != NULL ? pf_ctl_doctor_logout_run(token_uri, pin_fd, json)
                             : run_checks(report, json);
}
