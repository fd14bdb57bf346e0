/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The loader: a home on a server that hangs must not stop the windows. */
#include "config-loader.h"

static void
load_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    PfConfig *config = pf_config_load();
    if (config == NULL)
        g_error("out of memory");
    g_task_return_pointer(task, config, (GDestroyNotify)pf_config_free);
}

void
pf_config_loader_load_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, user_data);
    g_task_run_in_thread(task, load_in_thread);
}

PfConfig *
pf_config_loader_load_finish(GAsyncResult *result)
{
    return g_task_propagate_pointer(G_TASK(result), NULL);
}
