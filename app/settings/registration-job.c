/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The job: its status says no more than its answer. */
#include "registration-job.h"

#include <glib/gi18n.h>
#include <string.h>

#include "helper-path.h"

#define PREFIX "pinfoldctl: "

/* Its last line has the reason, without the name of the command. */
static GError *
make_error(const char *complaints)
{
    g_auto(GStrv) lines = g_strsplit(complaints, "\n", -1);
    const char *last = "";
    for (char **line = lines; *line != NULL; line++)
        last = **line != '\0' ? *line : last;
    if (g_str_has_prefix(last, PREFIX))
        last += strlen(PREFIX);
    if (*last == '\0')
        last = _("This did not work, and it is not known why.");
    return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, last);
}

static void
on_communicated(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    g_autofree char *output = NULL;
    g_autofree char *complaints = NULL;
    GError *error = NULL;
    if (!g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, &output, &complaints,
                                              &error)) {
        g_task_return_error(task, error);
        return;
    }
    g_autoptr(JsonNode) answer = json_from_string(output, NULL);
    JsonObject *object =
        answer != NULL && JSON_NODE_HOLDS_OBJECT(answer) ? json_node_get_object(answer) : NULL;
    JsonNode *programs = object != NULL ? json_object_get_member(object, "programs") : NULL;
    if (programs != NULL && JSON_NODE_HOLDS_ARRAY(programs))
        g_task_return_pointer(task, json_node_dup_array(programs),
                              (GDestroyNotify)json_array_unref);
    else
        g_task_return_error(task, make_error(complaints));
}

void
pf_registration_job_run_async(const char *const *words, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *pinfoldctl = pf_helper_path_dup_pinfoldctl();
    GError *error = NULL;
    g_ptr_array_add(argv, pinfoldctl);
    for (; *words != NULL; words++)
        g_ptr_array_add(argv, (gpointer)*words);
    g_ptr_array_add(argv, (gpointer) "--json");
    g_ptr_array_add(argv, NULL);
    g_autoptr(GSubprocess) process =
        g_subprocess_newv((const char *const *)argv->pdata,
                          G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
    if (process == NULL)
        g_task_return_error(task, error);
    else
        g_subprocess_communicate_utf8_async(process, NULL, cancellable, on_communicated,
                                            g_steal_pointer(&task));
}

JsonArray *
pf_registration_job_run_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
