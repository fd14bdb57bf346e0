/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfModuleSetup: files are read and written on threads. */
#include "module-setup.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
    char *path;
    char *text;
    char *etag;
} Write;

void
pf_module_setup_free(PfModuleSetup *setup)
{
    if (setup == NULL)
        return;
    pf_config_free(setup->effective);
    pf_config_free(setup->system);
    g_free(setup->text);
    g_free(setup->etag);
    g_ptr_array_unref(setup->entries);
    g_ptr_array_unref(setup->problems);
    g_free(setup);
}

gboolean
pf_module_setup_is_writable(const PfModuleSetup *setup)
{
    return setup->effective->user_path != NULL && !setup->is_locked && setup->problems->len == 0;
}

const PfConfigModule *
pf_module_setup_find(const PfConfig *config, const char *name)
{
    for (gsize i = 0; i < config->module_count; i++) {
        if (g_str_equal(config->modules[i].name, name))
            return &config->modules[i];
    }
    return NULL;
}

GPtrArray *
pf_module_setup_dup_entries(const PfModuleSetup *setup)
{
    GPtrArray *entries = pf_module_edit_list(setup->text);
    const PfConfig *config = setup->effective;
    for (gsize i = 0; config->has_default_modules && i < config->module_count; i++)
        g_ptr_array_add(entries,
                        pf_module_entry_new(config->modules[i].name, config->modules[i].path));
    return entries;
}

static void
add_problem(PfModuleSetup *setup, const PfConfigProblem *problem)
{
    g_autofree char *file = g_filename_display_name(problem->file);
    char *text =
        problem->line > 0
            /* Translators: the path of a file, a number, and what is wrong there. */
            ? g_strdup_printf(_("%s, line %u: %s"), file, problem->line, _(problem->reason))
            /* Translators: the path of a file, and what is wrong with it. */
            : g_strdup_printf(_("%s: %s"), file, _(problem->reason));
    g_ptr_array_add(setup->problems, text);
}

static void
read_own(PfModuleSetup *setup)
{
    const PfConfig *config = setup->effective;
    gboolean is_used = config->user_path != NULL;
    for (gsize i = 0; i < config->problem_count; i++) {
        if (g_strcmp0(config->problems[i].file, config->user_path) != 0)
            continue;
        add_problem(setup, &config->problems[i]);
        /* A file that the parser does not trust, or cannot open, says nothing. */
        is_used = is_used && config->problems[i].line > 0;
    }
    if (!is_used)
        return;
    g_autoptr(GFile) file = g_file_new_for_path(config->user_path);
    g_autoptr(GError) error = NULL;
    gsize len;
    if (g_file_load_contents(file, NULL, &setup->text, &len, &setup->etag, &error)) {
        if (strlen(setup->text) == len)
            return;
        g_set_error_literal(&error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("holds a NUL"));
    }
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_ptr_array_add(setup->problems, g_strdup(error->message));
}

static void
load_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    PfModuleSetup *setup = g_new0(PfModuleSetup, 1);
    setup->effective = pf_config_load();
    setup->system = pf_config_load_system();
    if (setup->effective == NULL || setup->system == NULL)
        g_error("out of memory");
    setup->problems = g_ptr_array_new_with_free_func(g_free);
    setup->is_locked = pf_config_words_contain(setup->system->lock, "Modules");
    read_own(setup);
    if (setup->text == NULL)
        setup->text = g_strdup("");
    setup->entries = pf_module_edit_list(setup->text);
    g_task_return_pointer(task, setup, (GDestroyNotify)(void *)pf_module_setup_free);
}

void
pf_module_setup_load_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_task_run_in_thread(task, load_in_thread);
}

PfModuleSetup *
pf_module_setup_load_finish(GAsyncResult *result)
{
    return g_task_propagate_pointer(G_TASK(result), NULL);
}

static void
write_free(gpointer data)
{
    Write *job = data;
    g_free(job->path);
    g_free(job->text);
    g_free(job->etag);
    g_free(job);
}

static gboolean
make_folder(GFile *file, GError **error)
{
    g_autoptr(GFile) folder = g_file_get_parent(file);
    g_autoptr(GError) failure = NULL;
    if (g_file_make_directory_with_parents(folder, NULL, &failure) ||
        g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_EXISTS))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* A file that is not there yet must not be there when it is made; and it is private, because one
 * that the group can write, as some umasks have it, would not be used. */
static gboolean
create(GFile *file, const char *text, GError **error)
{
    g_autoptr(GFileOutputStream) stream = NULL;
    if (!make_folder(file, error))
        return FALSE;
    stream = g_file_create(file, G_FILE_CREATE_PRIVATE, NULL, error);
    return stream != NULL &&
           g_output_stream_write_all(G_OUTPUT_STREAM(stream), text, strlen(text), NULL, NULL,
                                     error) &&
           g_output_stream_close(G_OUTPUT_STREAM(stream), NULL, error);
}

static void
write_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Write *job = data;
    g_autoptr(GFile) file = g_file_new_for_path(job->path);
    g_autoptr(GError) error = NULL;
    gboolean ok = job->etag != NULL
                      ? g_file_replace_contents(file, job->text, strlen(job->text), job->etag,
                                                FALSE, G_FILE_CREATE_NONE, NULL, NULL, &error)
                      : create(file, job->text, &error);
    if (ok)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

void
pf_module_setup_save_async(const PfModuleSetup *setup, const GPtrArray *entries,
                           GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    GError *error = NULL;
    char *text = pf_module_edit_apply(setup->text, entries, &error);
    if (text == NULL) {
        g_task_return_error(task, error);
        return;
    }
    Write *job = g_new(Write, 1);
    *job = (Write){g_strdup(setup->effective->user_path), text, g_strdup(setup->etag)};
    g_task_set_task_data(task, job, write_free);
    g_task_run_in_thread(task, write_in_thread);
}

gboolean
pf_module_setup_save_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
