/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The helper that belongs to this very program. */
#include "ctl-helper.h"

#include <string.h>

#include "helper-run.h"
#include "json-text.h"

#define OUTPUT_MAX_BYTES (2u * 1024u * 1024u)

/* Installed or in a build tree; never told by the environment. */
static char *
dup_path(void)
{
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    if (own == NULL || strcmp(own, PF_BINDIR "/pinfoldctl") == 0)
        return g_strdup(PF_LIBEXECDIR "/pinfold-tokens");
    g_autofree char *folder = g_path_get_dirname(own);
    return g_build_filename(folder, "..", "agent", "pinfold-tokens", NULL);
}

static void
on_helper_done(GObject *source, GAsyncResult *result, gpointer data)
{
    GAsyncResult **ret_result = data;
    *ret_result = g_object_ref(result);
}

JsonNode *
pf_ctl_helper_run(const char *const *args, int input_fd, guint timeout_ms, GError **error)
{
    g_autofree char *path = dup_path();
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, path);
    for (; *args != NULL; args++)
        g_ptr_array_add(argv, (gpointer)*args);
    g_ptr_array_add(argv, NULL);
    pf_helper_run_with_input_async((const char *const *)argv->pdata, input_fd, timeout_ms,
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
