/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What `pinfoldctl register` sees of each program, for the person and for everybody. */
#include "doctor-programs.h"

#include <glib/gi18n.h>

#include "ctl-module.h"
#include "doctor-library.h"
#include "register-program.h"

/* One program, over all places of its lists. */
typedef struct {
    guint places;
    gboolean is_registered;
    gboolean is_outdated;
    gboolean is_in_sandbox;
    char *hindrance;   /* of a place that cannot be read, or NULL */
    GPtrArray *others; /* modules that bring the same tokens: char * */
} View;

static gboolean
check_own_module(PfDoctor *doctor)
{
    g_autofree char *path = pf_ctl_module_dup_path();
    PfDoctorLibrary library = pf_doctor_library_check(path);
    if (library == PF_DOCTOR_LIBRARY_OK || library == PF_DOCTOR_LIBRARY_WRITABLE) {
        pf_doctor_report_ok(doctor->report, "module", _("Pinfold's own module is installed (%s)."),
                            path);
        return TRUE;
    }
    pf_doctor_report_problem(doctor->report, "module", PF_DOCTOR_PROBLEM_OWN_MODULE_MISSING,
                             _("Pinfold's own module is missing, or cannot be read (%s)."), path);
    return FALSE;
}

static void
add_other(View *view, const char *library)
{
    g_autofree char *shown = g_filename_display_name(library);
    if (!g_ptr_array_find_with_equal_func(view->others, shown, g_str_equal, NULL))
        g_ptr_array_add(view->others, g_steal_pointer(&shown));
}

static void
add_target(View *view, const PfRegisterTarget *target)
{
    view->is_registered = view->is_registered || target->is_registered;
    view->is_outdated = view->is_outdated || target->is_outdated;
    if (target->is_unknown && view->hindrance == NULL)
        view->hindrance = g_strdup(target->hindrance != NULL ? target->hindrance : target->label);
    for (guint i = 0; i < target->doubles->len; i++)
        add_other(view, ((const PfRegisterEntry *)target->doubles->pdata[i])->library);
}

static void
look(View *view, const PfRegisterProgram *program, const PfRegisterPlace *place)
{
    g_autoptr(PfRegisterSight) sight = pf_register_target_sight_new();
    if (place == NULL)
        return;
    program->find(place, sight);
    for (guint i = 0; i < sight->targets->len; i++)
        add_target(view, sight->targets->pdata[i]);
    view->is_in_sandbox = view->is_in_sandbox || sight->is_in_sandbox;
    /* What could be written for everybody does not mean that the program is there. */
    if (!place->is_system)
        view->places += sight->targets->len;
}

static char *
dup_list(const GPtrArray *strings)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (guint i = 0; i < strings->len; i++)
        g_strv_builder_add(builder, strings->pdata[i]);
    g_auto(GStrv) list = g_strv_builder_end(builder);
    return g_strjoinv(", ", list);
}

static void
report(PfDoctor *doctor, const PfRegisterProgram *program, const View *view)
{
    const char *title = _(program->title);
    g_autofree char *id = g_strdup_printf("program:%s", program->name);
    g_autofree char *others = dup_list(view->others);
    if (view->hindrance != NULL)
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_PROGRAM_UNKNOWN,
                                 /* Translators: a program, and what is in the way. */
                                 _("%s: what it uses cannot be found out: %s"), title,
                                 doctor->is_anonymous ? "…" : view->hindrance);
    else if (view->is_outdated)
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_PROGRAM_OUTDATED,
                                 /* Translators: %s is a program. */
                                 _("%s: it uses the module of another installation of Pinfold."),
                                 title);
    else if (view->is_registered && view->others->len > 0)
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_PROGRAM_DOUBLED,
                                 /* Translators: a program, and paths of PKCS#11 modules. */
                                 _("%s: it uses Pinfold, and beside it what Pinfold stands in "
                                   "front of (%s): each token is there twice."),
                                 title, others);
    else if (view->is_in_sandbox)
        pf_doctor_report_problem(doctor->report, id, PF_DOCTOR_PROBLEM_PROGRAM_IN_SANDBOX,
                                 /* Translators: %s is a program. */
                                 _("%s: it is there as a Snap or Flatpak, which loads no module of "
                                   "the system."),
                                 title);
    else if (view->is_registered)
        /* Translators: %s is a program. */
        pf_doctor_report_ok(doctor->report, id, _("%s: it uses Pinfold."), title);
    else if (view->others->len > 0)
        pf_doctor_report_ok(doctor->report, id,
                            /* Translators: a program, and paths of PKCS#11 modules. */
                            _("%s: it does not use Pinfold, but %s."), title, others);
    else
        /* Translators: %s is a program. */
        pf_doctor_report_ok(doctor->report, id, _("%s: it does not use Pinfold."), title);
}

/* Does the person's own list hold for PROGRAM, whatever is there for everybody? To the others both
 * count. */
static gboolean
has_last_word(const PfRegisterProgram *program)
{
    static const char *const names[] = {"p11-kit", "ssh", NULL};
    return g_strv_contains(names, program->name);
}

/* Does it use Pinfold? */
static gboolean
check_program(PfDoctor *doctor, const PfRegisterProgram *program, const PfRegisterPlace *system)
{
    g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
    View view = {.others = others};
    look(&view, program, doctor->place);
    if (!view.is_registered || !has_last_word(program))
        look(&view, program, system);
    if (view.places > 0 || view.is_registered || view.is_in_sandbox)
        report(doctor, program, &view);
    g_free(view.hindrance);
    return view.is_registered;
}

void
pf_doctor_programs_check(PfDoctor *doctor)
{
    guint users = 0;
    if (!check_own_module(doctor))
        return;
    g_autofree char *path = pf_ctl_module_dup_path();
    g_autoptr(PfRegisterPlace) system = pf_register_place_new(path, TRUE, NULL, NULL);
    for (const PfRegisterProgram *program = pf_register_program_list(); program->name != NULL;
         program++)
        users += check_program(doctor, program, system) ? 1 : 0;
    if (users == 0)
        pf_doctor_report_problem(doctor->report, "programs", PF_DOCTOR_PROBLEM_PROGRAM_NONE,
                                 _("No program is set up to use Pinfold."));
}
