/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Each module of the configuration: its file first, which explains most of what the loader says. */
#include "doctor-modules.h"

#include <glib/gi18n.h>
#include <string.h>

#include "doctor-library.h"
#include "doctor-logout.h"

static const struct {
    PfDoctorLibrary library;
    PfDoctorProblem problem;
    const char *text;
} file_faults[] = {
    /* Translators: each of these follows the name of a PKCS#11 module, its path and a colon. */
    {PF_DOCTOR_LIBRARY_MISSING, PF_DOCTOR_PROBLEM_MODULE_MISSING, N_("there is no such file.")},
    {PF_DOCTOR_LIBRARY_UNREADABLE, PF_DOCTOR_PROBLEM_MODULE_UNREADABLE,
     N_("you may not read the file.")},
    {PF_DOCTOR_LIBRARY_NOT_ONE, PF_DOCTOR_PROBLEM_MODULE_NOT_LIBRARY,
     N_("the file is not a library.")},
    {PF_DOCTOR_LIBRARY_OTHER_MACHINE, PF_DOCTOR_PROBLEM_MODULE_WRONG_MACHINE,
     N_("the file is made for another kind of processor.")},
};

/* The helper's entry for a module, or NULL. */
static JsonObject *
find_entry(PfDoctor *doctor, const char *name)
{
    for (guint i = 0; doctor->modules != NULL && i < json_array_get_length(doctor->modules); i++) {
        JsonObject *entry = json_array_get_object_element(doctor->modules, i);
        if (g_strcmp0(json_object_get_string_member(entry, "name"), name) == 0)
            return entry;
    }
    return NULL;
}

static gboolean
check_file(PfDoctor *doctor, const char *id, const PfConfigModule *module, PfDoctorLibrary library)
{
    for (gsize i = 0; i < G_N_ELEMENTS(file_faults); i++) {
        if (file_faults[i].library != library)
            continue;
        pf_doctor_report_problem(doctor->report, id, file_faults[i].problem,
                                 /* Translators: name and path of a PKCS#11 module, and what is
                                  * wrong with it. */
                                 _("PKCS#11 module “%s” (%s): %s"), module->name, module->path,
                                 _(file_faults[i].text));
        return FALSE;
    }
    return TRUE;
}

/* Pinfold in front of itself, directly or through what has every module of the system in it. */
static gboolean
check_circle(PfDoctor *doctor, const char *id, const PfConfigModule *module)
{
    g_autofree char *base = g_path_get_basename(module->path);
    if (doctor->place != NULL && pf_register_place_is_own(doctor->place, module->path))
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_MODULE_IS_PINFOLD,
                                 _("PKCS#11 module “%s” (%s) is Pinfold itself."), module->name,
                                 module->path);
    else if (g_str_has_prefix(base, "p11-kit-proxy"))
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_MODULE_IS_PROXY,
                                 _("PKCS#11 module “%s” (%s) is p11-kit, which has others "
                                   "behind it."),
                                 module->name, module->path);
    else
        return TRUE;
    return FALSE;
}

static PfDoctorProblem
classify_fault(JsonObject *entry, const char *fault)
{
    const char *cause = json_object_get_string_member_with_default(entry, "cause", "");
    if (g_str_equal(cause, "hangs"))
        return PF_DOCTOR_PROBLEM_MODULE_HANGS;
    if (g_str_equal(cause, "ends"))
        return PF_DOCTOR_PROBLEM_MODULE_ENDS;
    /* The file itself can be read: this is about another. */
    if (strstr(fault, "cannot open shared object file") != NULL)
        return PF_DOCTOR_PROBLEM_MODULE_NEEDS_LIBRARY;
    return PF_DOCTOR_PROBLEM_MODULE_FAILS;
}

static void
check_loaded(PfDoctor *doctor, const char *id, const PfConfigModule *module, JsonObject *entry,
             PfDoctorLibrary library)
{
    if (!json_object_get_boolean_member(entry, "ok")) {
        const char *fault = json_object_get_string_member(entry, "fault");
        pf_doctor_report_problem(doctor->report, id, classify_fault(entry, fault),
                                 _("PKCS#11 module “%s” (%s): %s"), module->name, module->path,
                                 fault);
        return;
    }
    if (library == PF_DOCTOR_LIBRARY_WRITABLE)
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_MODULE_WRITABLE,
                                 _("PKCS#11 module “%s” (%s) works, but others than you and root "
                                   "can replace it."),
                                 module->name, module->path);
    else
        pf_doctor_report_ok(doctor->report, id, _("PKCS#11 module “%s” (%s) works."), module->name,
                            module->path);
    pf_doctor_logout_check(doctor, entry);
}

static void
check_module(PfDoctor *doctor, const PfConfigModule *module)
{
    g_autofree char *id = g_strdup_printf("backend:%s", module->name);
    PfDoctorLibrary library = pf_doctor_library_check(module->path);
    JsonObject *entry = find_entry(doctor, module->name);
    if (check_file(doctor, id, module, library) && check_circle(doctor, id, module) &&
        entry != NULL)
        check_loaded(doctor, id, module, entry, library);
}

void
pf_doctor_modules_check(PfDoctor *doctor)
{
    if (doctor->modules == NULL)
        pf_doctor_report_problem(doctor->report, "helper", PF_DOCTOR_PROBLEM_HELPER_FAILS,
                                 _("The token helper failed: %s"), doctor->modules_error->message);
    for (gsize i = 0; i < doctor->config->module_count; i++)
        check_module(doctor, &doctor->config->modules[i]);
    if (doctor->config->module_count == 0)
        pf_doctor_report_problem(doctor->report, "backends", PF_DOCTOR_PROBLEM_MODULE_NONE,
                                 _("There is no PKCS#11 module to stand in front of."));
}
