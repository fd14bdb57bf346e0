/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* register and unregister: each place of each program for itself, so that one profile that is open
 * does not keep the others. */
#include "ctl-register.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "ctl-module.h"
#include "ctl-register-print.h"
#include "ctl-text.h"
#include "register-lock.h"
#include "register-program.h"

typedef enum { JOB_LIST, JOB_ADD, JOB_REMOVE } Job;

typedef struct {
    gboolean list;
    gboolean json;
    gboolean dry_run;
    gboolean replace;
    gboolean system;
    char *root;
    char **names;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->root);
    g_strfreev(options->names);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static JsonArray *
make_strings(char **strings)
{
    JsonArray *array = json_array_new();
    for (; strings != NULL && *strings != NULL; strings++)
        json_array_add_string_element(array, *strings);
    return array;
}

static JsonArray *
make_doubles(const PfRegisterTarget *target)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < target->doubles->len; i++) {
        const PfRegisterEntry *entry = target->doubles->pdata[i];
        JsonObject *object = json_object_new();
        /* Programs write them as they come. */
        g_autofree char *name = g_utf8_make_valid(entry->name, -1);
        g_autofree char *library = g_filename_display_name(entry->library);
        json_object_set_string_member(object, "name", name);
        json_object_set_string_member(object, "library", library);
        json_array_add_object_element(array, object);
    }
    return array;
}

static JsonObject *
make_target(const PfRegisterTarget *target)
{
    JsonObject *object = json_object_new();
    g_autofree char *path = g_filename_display_name(target->path);
    json_object_set_string_member(object, "label", target->label);
    json_object_set_string_member(object, "path", path);
    json_object_set_boolean_member(object, "registered", target->is_registered);
    json_object_set_boolean_member(object, "changed", FALSE);
    json_object_set_array_member(object, "changes", json_array_new());
    json_object_set_array_member(object, "doubles", make_doubles(target));
    if (target->hindrance != NULL)
        json_object_set_string_member(object, "hindrance", target->hindrance);
    return object;
}

/* Does JOB at TARGET, or says what it would do, in OBJECT. FALSE where it failed. */
static gboolean
do_target(const PfRegisterProgram *program, const PfRegisterPlace *place,
          const PfRegisterTarget *target, Job job, const Options *options, JsonObject *object)
{
    g_autoptr(GError) error = NULL;
    gboolean add = job == JOB_ADD;
    g_autoptr(PfRegisterPlan) plan =
        pf_register_program_plan(program, place, target, add, options->replace, &error);
    if (plan != NULL && !pf_register_plan_is_empty(plan)) {
        g_auto(GStrv) changes = pf_register_plan_describe(plan);
        json_object_set_array_member(object, "changes", make_strings(changes));
        if (options->dry_run ||
            pf_register_program_apply(program, place, target, add, plan, &error)) {
            json_object_set_boolean_member(object, "changed", TRUE);
            if (!options->dry_run)
                json_object_set_boolean_member(object, "registered", add);
        }
        if (add && options->replace && error == NULL)
            json_object_set_array_member(object, "doubles", json_array_new());
    }
    if (error != NULL)
        json_object_set_string_member(object, "error", error->message);
    return error == NULL;
}

/* Hints are apart: a window has other words for what is done at a terminal. */
static void
add_notes(const PfRegisterProgram *program, const PfRegisterPlace *place, PfRegisterSight *sight,
          gboolean with_hint, JsonObject *object)
{
    if (with_hint && program->dup_hint != NULL)
        g_ptr_array_add(sight->hints, program->dup_hint(place));
    g_ptr_array_add(sight->notes, NULL);
    g_ptr_array_add(sight->hints, NULL);
    json_object_set_array_member(object, "notes", make_strings((char **)sight->notes->pdata));
    json_object_set_array_member(object, "hints", make_strings((char **)sight->hints->pdata));
}

static gboolean
is_registered(JsonArray *targets)
{
    for (guint i = 0; i < json_array_get_length(targets); i++) {
        if (json_object_get_boolean_member(json_array_get_object_element(targets, i), "registered"))
            return TRUE;
    }
    return FALSE;
}

static gboolean
do_program(const PfRegisterProgram *program, const PfRegisterPlace *place, Job job,
           const Options *options, JsonArray *programs)
{
    g_autoptr(PfRegisterSight) sight = pf_register_target_sight_new();
    JsonObject *object = json_object_new();
    JsonArray *targets = json_array_new();
    program->find(place, sight);
    gboolean good = job != JOB_ADD || sight->targets->len > 0;
    for (guint i = 0; i < sight->targets->len; i++) {
        const PfRegisterTarget *target = sight->targets->pdata[i];
        JsonObject *described = make_target(target);
        if (job != JOB_LIST && !do_target(program, place, target, job, options, described))
            good = FALSE;
        json_array_add_object_element(targets, described);
    }
    json_object_set_string_member(object, "name", program->name);
    json_object_set_string_member(object, "title", _(program->title));
    json_object_set_boolean_member(object, "system", place->is_system);
    json_object_set_array_member(object, "targets", targets);
    gboolean with_hint = job == JOB_ADD || (job == JOB_LIST && !program->is_hint_brief);
    add_notes(program, place, sight, with_hint && good && is_registered(targets), object);
    json_array_add_object_element(programs, object);
    return good;
}

static gboolean
check_names(const Options *options, Job job)
{
    if (job == JOB_LIST && options->names == NULL)
        return TRUE;
    if (options->names == NULL) {
        pf_ctl_text_print_error(_("which program? “pinfoldctl register --list” has their names"));
        return FALSE;
    }
    for (char **name = options->names; *name != NULL; name++) {
        if (pf_register_program_find(*name) == NULL) {
            g_autofree char *message = g_strdup_printf(
                _("there is no program “%s”: “pinfoldctl register --list” has their names"), *name);
            pf_ctl_text_print_error(message);
            return FALSE;
        }
    }
    return TRUE;
}

/* The place, which nobody else changes until *RET_LOCK is closed; NULL with *ERROR if it cannot be
 * changed. */
static PfRegisterPlace *
open_place(Job job, const Options *options, int *ret_lock, GError **error)
{
    g_autofree char *module = pf_ctl_module_dup_path();
    if (job != JOB_LIST && options->system && options->root == NULL && geteuid() != 0) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                            _("what is for all users needs root: use sudo"));
        return NULL;
    }
    g_autoptr(PfRegisterPlace) place =
        pf_register_place_new(module, options->system, options->root, error);
    gboolean is_change = job != JOB_LIST && !options->dry_run;
    if (place == NULL || (job == JOB_ADD && !pf_register_place_check_module(place, error)) ||
        (is_change && !pf_register_lock_take(place, ret_lock, error)))
        return NULL;
    return g_steal_pointer(&place);
}

static PfCtlExit
run_job(Job job, const Options *options)
{
    int lock = -1;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonArray) programs = json_array_new();
    g_autoptr(PfRegisterPlace) place = open_place(job, options, &lock, &error);
    gboolean good = TRUE;
    if (place == NULL) {
        pf_ctl_text_print_error(error->message);
        return PF_CTL_FAILED;
    }
    for (char **name = options->names; name != NULL && *name != NULL; name++)
        good = do_program(pf_register_program_find(*name), place, job, options, programs) && good;
    for (const PfRegisterProgram *program = pf_register_program_list();
         options->names == NULL && program->name != NULL; program++)
        do_program(program, place, job, options, programs);
    if (lock >= 0)
        close(lock);
    if (options->json)
        pf_ctl_register_print_json(programs);
    else
        pf_ctl_register_print(programs, options->dry_run);
    return good ? PF_CTL_OK : PF_CTL_FAILED;
}

static PfCtlExit
run(int argc, char **argv, Job job)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run,
         N_("Show what would change, and change nothing"), NULL},
        {"system", 0, 0, G_OPTION_ARG_NONE, &options.system,
         N_("For all users, by files of the administrator"), NULL},
        {"root", 0, 0, G_OPTION_ARG_FILENAME, &options.root,
         N_("With --system: the system that is in this directory"), N_("DIRECTORY")},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("Print JSON, in a form that is stable"),
         NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.names, NULL, NULL},
        /* The last two are for registering alone. */
        {"replace", 0, 0, G_OPTION_ARG_NONE, &options.replace,
         N_("Take out modules that bring the same tokens, until unregister"), NULL},
        {"list", 0, 0, G_OPTION_ARG_NONE, &options.list,
         N_("Show the programs, and which of them use Pinfold"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    GOptionEntry taken[G_N_ELEMENTS(entries)];
    memcpy(taken, entries, sizeof entries);
    if (job == JOB_REMOVE)
        taken[G_N_ELEMENTS(entries) - 3] = entries[G_N_ELEMENTS(entries) - 1];
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new(
        job == JOB_ADD ? _("NAME… – have programs use Pinfold’s module")
                       : _("NAME… – have programs use Pinfold’s module no longer"));
    g_option_context_add_main_entries(context, taken, GETTEXT_PACKAGE);
    gboolean parsed = g_option_context_parse(context, &argc, &argv, &error);
    if (options.list)
        job = JOB_LIST;
    if (!parsed || (options.root != NULL && !options.system)) {
        pf_ctl_text_print_error(error != NULL ? error->message : _("--root goes with --system"));
        return PF_CTL_USAGE;
    }
    return check_names(&options, job) ? run_job(job, &options) : PF_CTL_USAGE;
}

PfCtlExit
pf_ctl_register_run(int argc, char **argv)
{
    return run(argc, argv, JOB_ADD);
}

PfCtlExit
pf_ctl_register_run_undo(int argc, char **argv)
{
    return run(argc, argv, JOB_REMOVE);
}
