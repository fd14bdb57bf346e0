/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterPlan: steps, done in order, undone together. */
#include "register-plan.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "register-diff.h"
#include "register-run.h"

typedef enum { STEP_WRITE, STEP_REMOVE, STEP_FOLDER, STEP_REMOVE_FOLDER, STEP_RUN } StepKind;

typedef struct {
    StepKind kind;
    PfRegisterFile *file; /* WRITE, REMOVE */
    GBytes *content;      /* WRITE */
    guint mode;
    char *path;   /* FOLDER, REMOVE_FOLDER */
    char **argv;  /* RUN */
    char **files; /* RUN */
} Step;

struct PfRegisterPlan {
    const PfRegisterPlace *place; /* borrowed */
    guint folder_mode;            /* of those that are missing */
    gboolean is_inexact;
    GPtrArray *steps;
    GPtrArray *replaced;
    GPtrArray *before; /* PfRegisterFile: as they were when apply began */
    GPtrArray *made;   /* paths of folders that apply has made, the outer one first */
};

static void
step_free(gpointer data)
{
    Step *step = data;
    g_clear_pointer(&step->file, pf_register_file_free);
    g_clear_pointer(&step->content, g_bytes_unref);
    g_free(step->path);
    g_strfreev(step->argv);
    g_strfreev(step->files);
    g_free(step);
}

static void
file_free(gpointer data)
{
    pf_register_file_free(data);
}

PfRegisterPlan *
pf_register_plan_new(const PfRegisterPlace *place)
{
    PfRegisterPlan *plan = g_new0(PfRegisterPlan, 1);
    plan->place = place;
    plan->folder_mode = place->is_system ? 0755 : 0700;
    plan->steps = g_ptr_array_new_with_free_func(step_free);
    plan->replaced = pf_register_entry_list_new();
    plan->before = g_ptr_array_new_with_free_func(file_free);
    plan->made = g_ptr_array_new_with_free_func(g_free);
    return plan;
}

void
pf_register_plan_free(PfRegisterPlan *plan)
{
    g_ptr_array_unref(plan->steps);
    g_ptr_array_unref(plan->replaced);
    g_ptr_array_unref(plan->before);
    g_ptr_array_unref(plan->made);
    g_free(plan);
}

static Step *
add_step(PfRegisterPlan *plan, StepKind kind)
{
    Step *step = g_new0(Step, 1);
    step->kind = kind;
    g_ptr_array_add(plan->steps, step);
    return step;
}

static void
add_write(PfRegisterPlan *plan, PfRegisterFile *file, GBytes *content, guint mode)
{
    Step *step = add_step(plan, STEP_WRITE);
    step->file = file;
    step->content = g_bytes_ref(content);
    step->mode = mode;
}

void
pf_register_plan_write(PfRegisterPlan *plan, PfRegisterFile *file, const char *text, guint mode)
{
    g_autoptr(GBytes) content = g_bytes_new(text, strlen(text));
    add_write(plan, file, content, mode);
}

void
pf_register_plan_remove(PfRegisterPlan *plan, PfRegisterFile *file)
{
    add_step(plan, STEP_REMOVE)->file = file;
}

void
pf_register_plan_make_folder(PfRegisterPlan *plan, const char *path)
{
    add_step(plan, STEP_FOLDER)->path = g_strdup(path);
}

void
pf_register_plan_run(PfRegisterPlan *plan, const char *const *argv, const char *const *files)
{
    Step *step = add_step(plan, STEP_RUN);
    step->argv = g_strdupv((char **)argv);
    step->files = g_strdupv((char **)files);
}

void
pf_register_plan_replace(PfRegisterPlan *plan, const PfRegisterEntry *entry)
{
    g_ptr_array_add(plan->replaced,
                    pf_register_entry_new(entry->name, entry->library, entry->text));
}

void
pf_register_plan_set_inexact(PfRegisterPlan *plan)
{
    plan->is_inexact = TRUE;
}

gboolean
pf_register_plan_restore(PfRegisterPlan *plan, const PfRegisterRecord *record, GError **error)
{
    g_autoptr(GPtrArray) paths = pf_register_record_list_files(record);
    for (guint i = 0; i < paths->len; i++) {
        g_autoptr(GBytes) before = NULL;
        PfRegisterFile *file = pf_register_file_read(paths->pdata[i], error);
        if (file == NULL)
            return FALSE;
        if (!pf_register_record_get_before(record, file->path, &before, error)) {
            pf_register_file_free(file);
            return FALSE;
        }
        if (before != NULL && (file->content == NULL || !g_bytes_equal(before, file->content)))
            add_write(plan, file, before, 0600);
        else if (before == NULL && file->content != NULL)
            pf_register_plan_remove(plan, file);
        else
            pf_register_file_free(file);
    }
    return TRUE;
}

void
pf_register_plan_remove_folders(PfRegisterPlan *plan, const PfRegisterRecord *record)
{
    GPtrArray *folders = pf_register_record_get_folders(record);
    for (guint i = folders->len; i > 0; i--)
        add_step(plan, STEP_REMOVE_FOLDER)->path = g_strdup(folders->pdata[i - 1]);
}

gboolean
pf_register_plan_is_empty(const PfRegisterPlan *plan)
{
    return plan->steps->len == 0;
}

static char *
dup_command(char **argv)
{
    GString *line = g_string_new(NULL);
    for (; *argv != NULL; argv++) {
        gboolean is_plain =
            strpbrk(*argv, " \t\n'\"\\$`!*?[](){}<>|&;#~") == NULL && **argv != '\0';
        g_autofree char *quoted = is_plain ? g_strdup(*argv) : g_shell_quote(*argv);
        g_string_append_printf(line, "%s%s", line->len > 0 ? " " : "", quoted);
    }
    return g_string_free(line, FALSE);
}

static void
describe_step(const Step *step, GStrvBuilder *lines)
{
    g_autofree char *line = NULL;
    g_autofree char *shown = g_filename_display_name(step->file != NULL   ? step->file->path
                                                     : step->path != NULL ? step->path
                                                                          : "");
    g_autofree char *exact = step->argv != NULL ? dup_command(step->argv) : NULL;
    g_autofree char *command = exact != NULL ? g_utf8_make_valid(exact, -1) : NULL;
    switch (step->kind) {
    case STEP_WRITE:
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what is written is a file
        line = g_strdup_printf(step->file->content != NULL ? _("change %s") : _("write %s"), shown);
        break;
    case STEP_REMOVE:
        line = g_strdup_printf(_("remove %s"), shown);
        break;
    case STEP_FOLDER:
        line = g_strdup_printf(_("create the folder %s"), shown);
        break;
    case STEP_REMOVE_FOLDER:
        line = g_strdup_printf(_("remove the folder %s, if it is empty"), shown);
        break;
    case STEP_RUN:
        line = g_strdup_printf(_("run %s"), command);
        break;
    }
    g_strv_builder_add(lines, line);
    if (step->kind == STEP_WRITE)
        pf_register_diff_add(lines, step->file->content, step->content);
}

char **
pf_register_plan_describe(const PfRegisterPlan *plan)
{
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
    for (guint i = 0; i < plan->steps->len; i++)
        describe_step(plan->steps->pdata[i], lines);
    return g_strv_builder_end(lines);
}

/* The folders above PATH too; RECORD hears of each that was made. */
static gboolean
make_folder(PfRegisterPlan *plan, const char *path, PfRegisterRecord *record, GError **error)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return TRUE;
    g_autofree char *parent = g_path_get_dirname(path);
    if (!g_str_equal(parent, path) && !make_folder(plan, parent, record, error))
        return FALSE;
    if (g_mkdir(path, (int)plan->folder_mode) < 0 || g_chmod(path, (int)plan->folder_mode) < 0) {
        g_autofree char *shown = g_filename_display_name(path);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", shown, g_strerror(errno));
        return FALSE;
    }
    g_ptr_array_add(plan->made, g_strdup(path));
    if (record != NULL)
        pf_register_record_add_folder(record, path);
    return TRUE;
}

/* NSS writes a new file and gives it the old one's name. */
static gboolean
link_again(PfRegisterPlan *plan, GError **error)
{
    for (guint i = 0; i < plan->before->len; i++) {
        if (!pf_register_file_link_again(plan->before->pdata[i], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
do_step(PfRegisterPlan *plan, Step *step, PfRegisterRecord *record, GError **error)
{
    g_autofree char *folder = NULL;
    switch (step->kind) {
    case STEP_WRITE:
        folder = g_path_get_dirname(step->file->real_path);
        return make_folder(plan, folder, record, error) &&
               pf_register_file_write(step->file, step->content, step->mode, error);
    case STEP_REMOVE:
        return pf_register_file_remove(step->file, error);
    case STEP_FOLDER:
        return make_folder(plan, step->path, record, error);
    case STEP_REMOVE_FOLDER:
        g_rmdir(step->path);
        return TRUE;
    case STEP_RUN:
        break;
    }
    return pf_register_run((const char *const *)step->argv, error) && link_again(plan, error);
}

static gboolean
keep(PfRegisterPlan *plan, const char *path, PfRegisterRecord *record, GError **error)
{
    PfRegisterFile *file = pf_register_place_check_inside(plan->place, path, error)
                               ? pf_register_file_read(path, error)
                               : NULL;
    if (file == NULL)
        return FALSE;
    g_ptr_array_add(plan->before, file);
    return record == NULL || pf_register_record_keep(record, file, error);
}

static gboolean
keep_all(PfRegisterPlan *plan, PfRegisterRecord *record, GError **error)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        const Step *step = plan->steps->pdata[i];
        if (step->file != NULL && !keep(plan, step->file->path, record, error))
            return FALSE;
        for (char **path = step->files; path != NULL && *path != NULL; path++) {
            if (!keep(plan, *path, record, error))
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean
put_back_file(const PfRegisterFile *before, GError **error)
{
    pf_register_file_link_again(before, NULL);
    g_autoptr(PfRegisterFile) now = pf_register_file_read(before->path, error);
    if (now == NULL)
        return FALSE;
    if (before->content == NULL)
        return now->content == NULL || pf_register_file_remove(now, error);
    return (now->content != NULL && g_bytes_equal(before->content, now->content)) ||
           pf_register_file_write(now, before->content, before->mode, error);
}

/* As far as it goes: what failed may fail again. Is all as it was? */
static gboolean
put_back(PfRegisterPlan *plan)
{
    gboolean is_back = TRUE;
    for (guint i = 0; i < plan->before->len; i++) {
        g_autoptr(GError) error = NULL;
        if (put_back_file(plan->before->pdata[i], &error))
            continue;
        g_printerr("%s\n", error->message);
        is_back = FALSE;
    }
    for (guint i = plan->made->len; i > 0; i--)
        g_rmdir(plan->made->pdata[i - 1]);
    return is_back;
}

static gboolean
do_all(PfRegisterPlan *plan, PfRegisterRecord *record, GError **error)
{
    for (guint i = 0; i < plan->steps->len; i++) {
        if (!do_step(plan, plan->steps->pdata[i], record, error))
            return FALSE;
    }
    for (guint i = 0; record != NULL && i < plan->replaced->len; i++)
        pf_register_record_add_replaced(record, plan->replaced->pdata[i]);
    return record == NULL || pf_register_record_save(record, error);
}

gboolean
pf_register_plan_apply(PfRegisterPlan *plan, PfRegisterRecord *record, GError **error)
{
    gboolean is_used = record != NULL && pf_register_record_is_used(record);
    /* The first copies count, unless somebody else has changed the files since. */
    if (record != NULL && (plan->is_inexact || (is_used && !pf_register_record_is_exact(record))))
        pf_register_record_set_inexact(record);
    g_ptr_array_set_size(plan->before, 0);
    g_ptr_array_set_size(plan->made, 0);
    if (keep_all(plan, record, error) && do_all(plan, record, error))
        return TRUE;
    gboolean is_back = put_back(plan);
    if (record != NULL && is_back && !is_used)
        pf_register_record_delete(record);
    else if (record != NULL && !is_back) /* unregistering has the copies, and another chance */
        pf_register_record_save(record, NULL);
    return FALSE;
}
