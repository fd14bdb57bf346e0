/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* doctor: what can be seen without the agent, then what the agent sees. */
#include "ctl-doctor.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

#include "build-version.h"
#include "ctl-agent.h"
#include "ctl-text.h"
#include "session-bus.h"
#include "socket-path.h"

typedef struct {
    PfCtlTable *table;
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
    pf_ctl_table_add(report->table, get_verdict_word(verdict), id, text);
    if (fix != NULL && *fix != '\0') {
        g_autofree char *line = g_strdup_printf("→ %s", fix);
        pf_ctl_table_add(report->table, "", "", line);
    }
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

PfCtlExit
pf_ctl_doctor_run(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(_("– find out what is wrong"));
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 1) {
        pf_ctl_text_print_error(error != NULL ? error->message : _("doctor takes no arguments"));
        return PF_CTL_USAGE;
    }
    Report report = {.table = pf_ctl_table_new(3)};
    check_runtime_dir(&report);
    check_settings(&report);
    check_agent(&report);
    pf_ctl_table_print(report.table, 0);
    return report.has_error ? PF_CTL_FAILED : PF_CTL_OK;
}
