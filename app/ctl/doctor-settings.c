/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the configuration's own parser says, and where GSettings keeps settings. */
#include "doctor-settings.h"

#include <glib/gi18n.h>

#define G_SETTINGS_ENABLE_BACKEND
#include <gio/gsettingsbackend.h>

static void
check_files(PfDoctor *doctor)
{
    const PfConfig *config = doctor->config;
    for (size_t i = 0; i < config->problem_count; i++) {
        const PfConfigProblem *problem = &config->problems[i];
        if (problem->line > 0)
            pf_doctor_report_problem(doctor->report, "configuration",
                                     PF_DOCTOR_PROBLEM_CONFIGURATION_FAULT, "%s:%u: %s",
                                     problem->file, problem->line, _(problem->reason));
        else
            pf_doctor_report_problem(doctor->report, "configuration",
                                     PF_DOCTOR_PROBLEM_CONFIGURATION_FAULT, "%s: %s", problem->file,
                                     _(problem->reason));
    }
    if (config->problem_count == 0)
        pf_doctor_report_ok(doctor->report, "configuration",
                            _("The configuration files have no faults."));
}

static void
check_switches(PfDoctor *doctor)
{
    if (!doctor->config->cache_pin)
        pf_doctor_report_problem(doctor->report, "caching", PF_DOCTOR_PROBLEM_CACHING_OFF,
                                 _("PIN caching is switched off by P11_EnableCachePIN in the "
                                   "configuration."));
    if (doctor->config->has_app_id)
        pf_doctor_report_problem(doctor->report, "app-id", PF_DOCTOR_PROBLEM_APP_ID_SHARED,
                                 _("The configuration gives every program the same application "
                                   "ID: logins are shared."));
}

static void
check_store(PfDoctor *doctor)
{
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();
    g_autoptr(GSettingsSchema) schema =
        source != NULL ? g_settings_schema_source_lookup(source, "org.pinfold", TRUE) : NULL;
    if (schema == NULL) {
        pf_doctor_report_problem(doctor->report, "settings", PF_DOCTOR_PROBLEM_SETTINGS_MISSING,
                                 _("The settings org.pinfold are not installed."));
        return;
    }
    g_autoptr(GSettingsBackend) backend = g_settings_backend_get_default();
    if (g_str_equal(G_OBJECT_TYPE_NAME(backend), "GMemorySettingsBackend"))
        pf_doctor_report_problem(doctor->report, "settings", PF_DOCTOR_PROBLEM_SETTINGS_IN_MEMORY,
                                 _("Settings are kept in memory only: the agent does not see what "
                                   "is set."));
    else
        pf_doctor_report_ok(doctor->report, "settings", _("Settings are stored."));
}

void
pf_doctor_settings_check(PfDoctor *doctor)
{
    check_files(doctor);
    check_switches(doctor);
    check_store(doctor);
}
