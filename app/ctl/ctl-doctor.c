/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* doctor: one check after the other, from the reader to the program, and then what they found. */
#include "ctl-doctor.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "build-version.h"
#include "ctl-doctor-backends.h"
#include "ctl-doctor-logout.h"
#include "ctl-json.h"
#include "ctl-text.h"
#include "doctor-agent.h"
#include "doctor-app.h"
#include "doctor-modules.h"
#include "doctor-programs.h"
#include "doctor-readers.h"
#include "doctor-redaction.h"
#include "doctor-settings.h"
#include "doctor-socket.h"
#include "doctor-tokens.h"

/* Each has a time limit for whatever it waits for. */
static void (*const checks[])(PfDoctor *doctor) = {
    pf_doctor_readers_check,  pf_doctor_modules_check,  pf_doctor_tokens_check,
    pf_doctor_settings_check, pf_doctor_agent_check,    pf_doctor_socket_check,
    pf_doctor_app_check,      pf_doctor_programs_check,
};

static const char *
get_verdict_word(const char *verdict)
{
    if (g_str_equal(verdict, "ok"))
        return _("ok");
    return g_str_equal(verdict, "warning") ? _("warning") : _("ERROR");
}

/* What a report of a fault should say of the machine: nothing that tells it from others. */
static JsonObject *
describe_system(void)
{
    static const struct {
        const char *member;
        const char *variable;
    } variables[] = {
        {"desktop", "XDG_CURRENT_DESKTOP"},
        {"session", "XDG_SESSION_TYPE"},
    };
    JsonObject *system = json_object_new();
    g_autofree char *name = g_get_os_info(G_OS_INFO_KEY_PRETTY_NAME);
    json_object_set_string_member(system, "os", name != NULL ? name : "");
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        const char *value = g_getenv(variables[i].variable);
        g_autofree char *valid = g_utf8_make_valid(value != NULL ? value : "", -1);
        json_object_set_string_member(system, variables[i].member, valid);
    }
    return system;
}

static void
print_json(PfDoctor *doctor)
{
    JsonObject *object = json_object_new();
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
    json_object_set_string_member(object, "version", PF_VERSION);
    json_object_set_object_member(object, "system", describe_system());
    json_object_set_array_member(object, "findings",
                                 json_array_ref(pf_doctor_report_get_findings(doctor->report)));
    json_object_set_array_member(object, "backends",
                                 doctor->modules != NULL ? json_array_ref(doctor->modules)
                                                         : json_array_new());
    json_node_take_object(root, object);
    pf_ctl_json_print(root);
}

static void
print_system(void)
{
    JsonObject *system = describe_system();
    g_print("pinfoldctl %s\n%s\n%s %s\n\n", PF_VERSION, json_object_get_string_member(system, "os"),
            json_object_get_string_member(system, "desktop"),
            json_object_get_string_member(system, "session"));
    json_object_unref(system);
}

/* What is very long there, and names a token or reader, has its name in the text as well. */
static char *
shorten_id(const char *id)
{
    static const char *const kinds[] = {"card", "reader", "reset", "token"};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        gsize len = strlen(kinds[i]);
        if (strncmp(id, kinds[i], len) == 0 && id[len] == ':')
            return g_strdup(kinds[i]);
    }
    return g_strdup(id);
}

static void
print_findings(JsonArray *findings)
{
    PfCtlTable *table = pf_ctl_table_new(3);
    for (guint i = 0; i < json_array_get_length(findings); i++) {
        JsonObject *finding = json_array_get_object_element(findings, i);
        g_autofree char *id = shorten_id(json_object_get_string_member(finding, "id"));
        pf_ctl_table_add(table, get_verdict_word(json_object_get_string_member(finding, "verdict")),
                         id, json_object_get_string_member(finding, "text"));
        if (!json_object_has_member(finding, "problem"))
            continue;
        g_autofree char *line =
            g_strdup_printf("→ %s [%s]", json_object_get_string_member(finding, "fix"),
                            json_object_get_string_member(finding, "problem"));
        pf_ctl_table_add(table, "", "", line);
    }
    pf_ctl_table_print(table, 0);
}

static void
print_summary(const PfDoctorReport *report)
{
    guint errors = pf_doctor_report_count_errors(report);
    guint warnings = pf_doctor_report_count_warnings(report);
    g_print("\n");
    if (errors + warnings == 0) {
        g_print("%s\n", _("All is well."));
        return;
    }
    if (errors > 0) {
        g_print(ngettext("%u thing is wrong.", "%u things are wrong.", errors), errors);
        g_print("\n");
    }
    if (warnings > 0) {
        g_print(ngettext("%u thing is worth a look.", "%u things are worth a look.", warnings),
                warnings);
        g_print("\n");
    }
    /* Translators: %s is the path of a file. */
    g_print(_("What stands in brackets has a section in %s."), PF_DOCDIR "/troubleshooting.md");
    g_print("\n");
}

static void
print_text(PfDoctor *doctor)
{
    if (doctor->is_anonymous)
        print_system();
    print_findings(pf_doctor_report_get_findings(doctor->report));
    if (doctor->modules != NULL)
        pf_ctl_doctor_backends_print(doctor->modules);
    print_summary(doctor->report);
}

static void
make_anonymous(PfDoctor *doctor)
{
    PfDoctorRedaction *redaction = pf_doctor_redaction_new(doctor);
    if (doctor->modules != NULL) {
        pf_ctl_doctor_backends_make_anonymous(doctor->modules);
        pf_doctor_redaction_apply(redaction, doctor->modules);
    }
    pf_doctor_redaction_apply(redaction, pf_doctor_report_get_findings(doctor->report));
    pf_doctor_redaction_free(redaction);
}

static PfCtlExit
run_checks(gboolean anonymous, gboolean json)
{
    PfDoctor *doctor = pf_doctor_new(anonymous);
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
        checks[i](doctor);
    if (anonymous)
        make_anonymous(doctor);
    if (json)
        print_json(doctor);
    else
        print_text(doctor);
    gboolean has_error = pf_doctor_report_count_errors(doctor->report) > 0;
    pf_doctor_free(doctor);
    return has_error ? PF_CTL_FAILED : PF_CTL_OK;
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
    if (!parsed || argc != 1 || pin_fd < -1 || (pin_fd >= 0 && token_uri == NULL)) {
        pf_ctl_text_print_error(error != NULL ? error->message
                                : argc != 1   ? _("doctor takes no arguments")
                                : pin_fd < -1 ? _("--pin-fd takes the number of a descriptor")
                                              : _("--pin-fd goes with --logout-test"));
        return PF_CTL_USAGE;
    }
    /* The test's result names no token: it is a report as it is. */
    return token_uri != NULL ? pf_ctl_doctor_logout_run(token_uri, pin_fd, json)
                             : run_checks(report, json);
}
