/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDoctorReport: an array of JSON objects, whichever way it is shown. */
#include "doctor-report.h"

struct PfDoctorReport {
    JsonArray *findings;
    guint errors;
    guint warnings;
};

PfDoctorReport *
pf_doctor_report_new(void)
{
    PfDoctorReport *report = g_new0(PfDoctorReport, 1);
    report->findings = json_array_new();
    return report;
}

/* What cards and files say may be anything. */
static void
set_text(JsonObject *finding, const char *member, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    json_object_set_string_member(finding, member, valid);
}

static JsonObject *
add(PfDoctorReport *report, const char *id, const char *verdict, const char *text)
{
    JsonObject *finding = json_object_new();
    set_text(finding, "id", id);
    json_object_set_string_member(finding, "verdict", verdict);
    set_text(finding, "text", text);
    json_array_add_object_element(report->findings, finding);
    return finding;
}

void
pf_doctor_report_ok(PfDoctorReport *report, const char *id, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    add(report, id, "ok", text);
}

void
pf_doctor_report_foreign(PfDoctorReport *report, const char *id, PfDoctorProblem problem,
                         const char *text, const char *fix)
{
    gboolean is_error = pf_doctor_problem_is_error(problem);
    JsonObject *finding = add(report, id, is_error ? "error" : "warning", text);
    json_object_set_string_member(finding, "problem", pf_doctor_problem_get_id(problem));
    set_text(finding, "fix", fix != NULL ? fix : pf_doctor_problem_get_fix(problem));
    *(is_error ? &report->errors : &report->warnings) += 1;
}

void
pf_doctor_report_problem(PfDoctorReport *report, const char *id, PfDoctorProblem problem,
                         const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    pf_doctor_report_foreign(report, id, problem, text, NULL);
}

JsonArray *
pf_doctor_report_get_findings(const PfDoctorReport *report)
{
    return report->findings;
}

guint
pf_doctor_report_count_errors(const PfDoctorReport *report)
{
    return report->errors;
}

guint
pf_doctor_report_count_warnings(const PfDoctorReport *report)
{
    return report->warnings;
}

void
pf_doctor_report_free(PfDoctorReport *report)
{
    if (report == NULL)
        return;
    json_array_unref(report->findings);
    g_free(report);
}
