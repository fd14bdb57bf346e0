/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The helper, waited for on the default main context. */
#include "ctl-helper.h"

#include <unistd.h>

#include "helper-path.h"
#include "helper-run.h"
#include "json-text.h"

#define OUTPUT_MAX_BYTES ((gsize)2 * 1024 * 1024)

static void
on_helper_done(GObject *source, GAsyncResult *result, gpointer data)
{
    GAsyncResult **ret_result = data;
    *ret_result = g_object_ref(result);
}

JsonNode *
pf_ctl_helper_run(const char *const *args, int input_fd, guint timeout_ms, GError **error)
{
    g_autofree char *path = pf_helper_path_dup();
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, path);
    for (; *args != NULL; args++)
        g_ptr_array_add(argv, (gpointer)*args);
    g_ptr_array_add(argv, NULL);
    const PfHelperFd input = {input_fd, STDIN_FILENO};
    pf_helper_run_with_fds_async((const char *const *)argv->pdata, &input, 1, timeout_ms,
                                 OUTPUT_MAX_BYTES, NULL, on_helper_done, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(GBytes) output = pf_helper_run_finish(result, error);
    if (output == NULL) {
        g_prefix_error(error, "pinfold-tokens: ");
        return NULL;
    }
    JsonNode *document = pf_json_text_parse(output);
    if (document == NULL)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                            "pinfold-tokens: ended without an answer");
    return document;
}
