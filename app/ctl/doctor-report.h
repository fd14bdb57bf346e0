/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDoctorReport: what the checks have found, in their order. */
#pragma once

#include <json-glib/json-glib.h>

#include "doctor-problem.h"

typedef struct PfDoctorReport PfDoctorReport;

PfDoctorReport *pf_doctor_report_new(void);

/* ID names what was looked at, as "pcscd" or "backend:NAME"; the text says in a sentence how it is.
 */
void pf_doctor_report_ok(PfDoctorReport *report, const char *id, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The same, where something is wrong with it. */
void pf_doctor_report_problem(PfDoctorReport *report, const char *id, PfDoctorProblem problem,
                              const char *format, ...) G_GNUC_PRINTF(4, 5);

/* In words of somebody else's, who also says what to do; FIX NULL: PROBLEM's. */
void pf_doctor_report_foreign(PfDoctorReport *report, const char *id, PfDoctorProblem problem,
                              const char *text, const char *fix);

/* Objects with `id`, `verdict` (ok, warning, error), `text`, and, but when ok, `problem` and `fix`.
 * The report's. */
JsonArray *pf_doctor_report_get_findings(const PfDoctorReport *report);

guint pf_doctor_report_count_errors(const PfDoctorReport *report);
guint pf_doctor_report_count_warnings(const PfDoctorReport *report);

/* NULL is fine. */
void pf_doctor_report_free(PfDoctorReport *report);
