/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The tool's complaints go into memory: a pipe that nobody reads would stop it. */
#include "register-run.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "helper-run.h"

/* NSS's tools load every module in the list, and a card reader may be slow. */
#define TIMEOUT_MS (60 * 1000)
#define MAX_BYTES  ((gsize)1024 * 1024)
#define SAID_MAX   1000

static void
on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    GAsyncResult **ret_result = data;
    *ret_result = g_object_ref(result);
}

static void
add_complaint(int fd, GError **error)
{
    char said[SAID_MAX + 1];
    ssize_t len = pread(fd, said, SAID_MAX, 0);
    if (len <= 0 || error == NULL)
        return;
    said[len] = '\0';
    g_autofree char *valid = g_utf8_make_valid(g_strstrip(said), -1);
    g_autofree char *message = g_strdup_printf("%s (%s)", (*error)->message, valid);
    g_free((*error)->message);
    (*error)->message = g_steal_pointer(&message);
}

gboolean
pf_register_run(const char *const *argv, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;
    int fd = memfd_create("complaints", MFD_CLOEXEC);
    const PfHelperFd complaints = {fd, STDERR_FILENO};
    if (fd < 0) {
        g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(errno), g_strerror(errno));
        return FALSE;
    }
    pf_helper_run_with_fds_async(argv, &complaints, 1, TIMEOUT_MS, MAX_BYTES, NULL, on_done,
                                 &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(GBytes) output = pf_helper_run_finish(result, error);
    if (output == NULL) {
        add_complaint(fd, error);
        g_prefix_error(error, "%s: ", argv[0]);
    }
    close(fd);
    return output != NULL;
}
