/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The probe: what the agent does with each module of the configuration, for one that is in none. */
#include "module-probe.h"

#include <json-glib/json-glib.h>
#include <unistd.h>

#include "helper-path.h"
#include "helper-run.h"
#include "json-text.h"

#define TIMEOUT_MS 8000u
#define MAX_BYTES  ((gsize)256 * 1024)

/* As p11module/ answers C_GetInfo. */
#define OWN_DESCRIPTION "Pinfold"

static void
judge(GTask *task, JsonObject *answer)
{
    const char *description = json_object_get_string_member_with_default(answer, "description", "");
    if (!json_object_get_boolean_member_with_default(answer, "ok", FALSE)) {
        const char *fault = json_object_get_string_member_with_default(answer, "fault", "");
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", fault);
    } else if (g_str_has_prefix(description, OWN_DESCRIPTION)) {
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "Pinfold's own module");
    } else {
        g_task_return_boolean(task, TRUE);
    }
}

static void
on_helper_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) output = pf_helper_run_finish(result, &error);
    if (output == NULL) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    g_autoptr(JsonNode) answer = pf_json_text_parse(output);
    if (answer != NULL)
        judge(task, json_node_get_object(answer));
    else
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "ended without an answer");
}

void
pf_module_probe_async(const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                      gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    g_autofree char *helper = pf_helper_path_dup();
    g_autofree char *parent = g_strdup_printf("%d", (int)getpid());
    const char *argv[] = {helper, "probe", parent, path, NULL};
    pf_helper_run_async(argv, TIMEOUT_MS, MAX_BYTES, cancellable, on_helper_done, task);
}

gboolean
pf_module_probe_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
