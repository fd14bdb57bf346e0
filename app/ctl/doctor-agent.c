/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Bus, agent, and what the agent alone can see. */
#include "doctor-agent.h"

#include <glib/gi18n.h>

#include "build-version.h"
#include "ctl-agent.h"
#include "ctl-bus.h"
#include "doctor-unit.h"
#include "secret.h"
#include "wire-names.h"

#define STATUS_TIMEOUT_MS 5000
/* It looks at the modules anew, which may hang: as long as the helper's list, and a little more. */
#define DIAGNOSE_TIMEOUT_MS 17000

/* Findings of the agent that are no "ok". */
static const struct {
    const char *id; /* or all of its ids that begin so, where it ends with ":" */
    PfDoctorProblem problem;
} agent_problems[] = {
    {"locked-memory", PF_DOCTOR_PROBLEM_MEMORY_NOT_LOCKED},
    {"reset:", PF_DOCTOR_PROBLEM_CARD_NOT_RESET},
    {"screen-lock", PF_DOCTOR_PROBLEM_SCREEN_LOCK_UNSEEN},
    {"suspend", PF_DOCTOR_PROBLEM_SUSPEND_UNSEEN},
};

static gboolean
check_bus(PfDoctor *doctor)
{
    if (doctor->session_bus != NULL)
        return TRUE; /* the agent says that it is there, too */
    if (doctor->session_bus_error != NULL)
        pf_doctor_report_problem(doctor->report, "session-bus", PF_DOCTOR_PROBLEM_SESSION_BUS_DEAD,
                                 _("The session bus cannot be reached: %s"),
                                 doctor->session_bus_error->message);
    else
        pf_doctor_report_problem(doctor->report, "session-bus", PF_DOCTOR_PROBLEM_SESSION_BUS_NONE,
                                 _("There is no session bus, so the agent cannot be reached."));
    return FALSE;
}

/* Why the agent could not be started; the bus itself knows only that it could not. */
static void
explain_failure(PfDoctor *doctor, const GError *error)
{
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        pf_doctor_report_problem(doctor->report, "agent", PF_DOCTOR_PROBLEM_AGENT_IMPOSTOR, "%s",
                                 error->message);
    else if (pf_doctor_unit_is_masked("pinfold-agent.service") ||
             pf_doctor_unit_is_masked("pinfold-agent.socket"))
        pf_doctor_report_problem(doctor->report, "agent", PF_DOCTOR_PROBLEM_AGENT_MASKED,
                                 _("The agent does not run, and its unit is masked: nothing may "
                                   "start it."));
    else if (!pf_ctl_bus_can_activate(doctor->session_bus, PF_WIRE_AGENT_NAME))
        pf_doctor_report_problem(doctor->report, "agent", PF_DOCTOR_PROBLEM_AGENT_NOT_ACTIVATABLE,
                                 _("The agent does not run, and the session bus does not know how "
                                   "to start it."));
    else
        pf_doctor_report_problem(doctor->report, "agent", PF_DOCTOR_PROBLEM_AGENT_FAILS, "%s",
                                 error->message);
}

static void
check_restart(PfDoctor *doctor)
{
    if (!pf_ctl_bus_can_activate(doctor->session_bus, PF_WIRE_AGENT_NAME))
        pf_doctor_report_problem(doctor->report, "agent-activation",
                                 PF_DOCTOR_PROBLEM_AGENT_NOT_RESTARTABLE,
                                 _("The agent runs, but the session bus would not know how to "
                                   "start it again."));
}

static void
check_status(PfDoctor *doctor, GVariant *status)
{
    const char *version = "";
    gboolean has_readers = TRUE;
    g_variant_lookup(status, "version", "&s", &version);
    g_variant_lookup(status, "reader_service", "b", &has_readers);
    if (g_str_equal(version, PF_VERSION))
        pf_doctor_report_ok(doctor->report, "agent", _("The agent runs."));
    else
        pf_doctor_report_problem(doctor->report, "agent", PF_DOCTOR_PROBLEM_AGENT_OTHER_VERSION,
                                 _("The agent runs, but it is version %s and this is %s."), version,
                                 PF_VERSION);
    if (!has_readers && doctor->readers != NULL &&
        g_str_equal(json_object_get_string_member(json_node_get_object(doctor->readers), "service"),
                    "answers"))
        pf_doctor_report_problem(doctor->report, "agent-readers",
                                 PF_DOCTOR_PROBLEM_AGENT_WITHOUT_READERS,
                                 _("The agent does not reach the smart card service, although this "
                                   "program does: it does not see cards come and go."));
}

static gboolean
has_id(const char *id, const char *wanted)
{
    return g_str_has_suffix(wanted, ":") ? g_str_has_prefix(id, wanted) : g_str_equal(id, wanted);
}

static void
add_finding(PfDoctor *doctor, GVariant *finding)
{
    const char *id = "";
    const char *verdict = "error";
    const char *text = "";
    const char *fix = NULL;
    g_variant_lookup(finding, "id", "&s", &id);
    g_variant_lookup(finding, "verdict", "&s", &verdict);
    g_variant_lookup(finding, "text", "&s", &text);
    g_variant_lookup(finding, "fix", "&s", &fix);
    if (g_str_equal(verdict, "ok")) {
        pf_doctor_report_ok(doctor->report, id, "%s", text);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(agent_problems); i++) {
        if (has_id(id, agent_problems[i].id))
            pf_doctor_report_foreign(doctor->report, id, agent_problems[i].problem, text, fix);
    }
}

static gboolean
get_status(PfDBusAgent1 *agent, GVariant **ret_status, GError **error)
{
    g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(agent), STATUS_TIMEOUT_MS);
    return pf_dbus_agent1_call_get_status_sync(agent, ret_status, NULL, error);
}

static gboolean
diagnose(PfDBusAgent1 *agent, GVariant **ret_findings, GError **error)
{
    g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(agent), DIAGNOSE_TIMEOUT_MS);
    return pf_dbus_agent1_call_diagnose_sync(agent, ret_findings, NULL, error);
}

static void
ask_agent(PfDoctor *doctor, PfDBusAgent1 *agent)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) first = NULL;
    g_autoptr(GVariant) findings = NULL;
    g_autoptr(GVariant) status = NULL;
    /* Quick, unless it hangs; then what takes long, and has it look for pcscd anew; then how it is
     * now. */
    if (!get_status(agent, &first, &error) || !diagnose(agent, &findings, &error) ||
        !get_status(agent, &status, &error)) {
        pf_ctl_agent_clean_error(error);
        pf_doctor_report_problem(doctor->report, "agent", PF_DOCTOR_PROBLEM_AGENT_HANGS,
                                 _("The agent runs, but does not answer: %s"), error->message);
        return;
    }
    doctor->has_agent = TRUE;
    check_status(doctor, status);
    check_restart(doctor);
    for (gsize i = 0; i < g_variant_n_children(findings); i++) {
        g_autoptr(GVariant) finding = g_variant_get_child_value(findings, i);
        add_finding(doctor, finding);
    }
}

/* In the agent's place: its limit is most often the same. */
static void
check_memory(PfDoctor *doctor)
{
    if (!pf_secret_is_available())
        pf_doctor_report_problem(doctor->report, "locked-memory",
                                 PF_DOCTOR_PROBLEM_MEMORY_NOT_LOCKED,
                                 _("Memory cannot be locked, so no PIN is cached."));
}

void
pf_doctor_agent_check(PfDoctor *doctor)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PfDBusAgent1) agent = NULL;
    if (check_bus(doctor)) {
        agent = pf_ctl_agent_connect(&error);
        if (agent == NULL)
            explain_failure(doctor, error);
        else
            ask_agent(doctor, agent);
    }
    if (agent == NULL)
        check_memory(doctor);
}
