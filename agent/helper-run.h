/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHelperRun: a short-lived child process, with limits on its time and on what it may print. */
#pragma once

#include <gio/gio.h>

/* Starts ARGV and collects its standard output; the child's input is /dev/null. It is killed after
 * TIMEOUT_MS, or when it prints more than MAX_BYTES. CALLBACK is called on the caller's main
 * context. */
void pf_helper_run_async(const char *const *argv, guint timeout_ms, gsize max_bytes,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);

typedef struct {
    int source; /* the caller's; -1: the child gets none */
    int target; /* its number in the child */
} PfHelperFd;

/* The same, with descriptors for the child; they stay the caller's, who may close them at once. */
void pf_helper_run_with_fds_async(const char *const *argv, const PfHelperFd *fds, gsize fd_count,
                                  guint timeout_ms, gsize max_bytes, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);

/* The output of a child that ended with status 0; the caller's. Errors: G_IO_ERROR_TIMED_OUT,
 * G_IO_ERROR_MESSAGE_TOO_LARGE, G_IO_ERROR_CANCELLED, G_IO_ERROR_FAILED with a message that says
 * how it ended, G_SPAWN_ERROR. */
GBytes *pf_helper_run_finish(GAsyncResult *result, GError **error);
