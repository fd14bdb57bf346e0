/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfHelperRun: GSubprocess, read up to a limit, against a clock. */
#include "helper-run.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CHUNK 16384u
/* The workers of GLib that read would wake up once more, 15 s after their work, only to end. */
#define IDLE_WORKER_MS 500

typedef struct {
    GSubprocess *process;
    GInputStream *output;  /* the process's */
    GCancellable *reading; /* ends the reading when the run is over before its child */
    GCancellable *outer;   /* the caller's, or NULL */
    gulong outer_id;
    GByteArray *data;
    gsize max_bytes;
    guint timeout_id;
    guint timeout_ms;
    gboolean over; /* the task has returned */
} Run;

static void
run_free(gpointer data)
{
    Run *run = data;
    if (run->timeout_id != 0)
        g_source_remove(run->timeout_id);
    g_clear_object(&run->process);
    g_clear_object(&run->reading);
    g_clear_object(&run->outer);
    g_clear_pointer(&run->data, g_byte_array_unref);
    g_free(run);
}

/* Everything that watches the run is let go of, once. Returns FALSE when it already was. */
static gboolean
end_run(Run *run)
{
    if (run->over)
        return FALSE;
    run->over = TRUE;
    g_clear_handle_id(&run->timeout_id, g_source_remove);
    if (run->outer_id != 0)
        g_signal_handler_disconnect(run->outer, run->outer_id);
    run->outer_id = 0;
    return TRUE;
}

/* Does not wait for the child's death: one that is stuck in the kernel would keep the caller. */
static void
kill_run(GTask *task, GError *error)
{
    Run *run = g_task_get_task_data(task);
    if (!end_run(run)) {
        g_error_free(error);
        return;
    }
    g_subprocess_force_exit(run->process);
    g_cancellable_cancel(run->reading);
    g_task_return_error(task, error);
}

static gboolean
on_timeout(gpointer data)
{
    GTask *task = data;
    Run *run = g_task_get_task_data(task);
    run->timeout_id = 0;
    kill_run(task, g_error_new(G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "did not answer in %u s",
                               (run->timeout_ms + 999) / 1000));
    return G_SOURCE_REMOVE;
}

/* A signal, not g_cancellable_connect(): that one's lock forbids letting go within the handler. */
static void
on_outer_cancelled(GCancellable *cancellable, gpointer data)
{
    kill_run(data, g_error_new(G_IO_ERROR, G_IO_ERROR_CANCELLED, "was cancelled"));
}

static void
on_process_exited(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Run *run = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    gboolean waited = g_subprocess_wait_finish(run->process, result, &error);
    if (!end_run(run))
        return;
    if (!waited)
        g_task_return_error(task, g_steal_pointer(&error));
    else if (g_subprocess_get_if_signaled(run->process))
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "crashed (%s)",
                                g_strsignal(g_subprocess_get_term_sig(run->process)));
    else if (g_subprocess_get_exit_status(run->process) != 0)
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "ended with status %d",
                                g_subprocess_get_exit_status(run->process));
    else
        g_task_return_pointer(task, g_byte_array_free_to_bytes(g_steal_pointer(&run->data)),
                              (GDestroyNotify)g_bytes_unref);
}

static void on_output_read(GObject *source, GAsyncResult *result, gpointer data);

static void
read_more(GTask *task)
{
    Run *run = g_task_get_task_data(task);
    g_input_stream_read_bytes_async(run->output, CHUNK, G_PRIORITY_DEFAULT, run->reading,
                                    on_output_read, g_object_ref(task));
}

static void
on_output_read(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Run *run = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
    if (bytes == NULL) {
        kill_run(task, g_steal_pointer(&error));
        return;
    }
    gsize len = g_bytes_get_size(bytes);
    if (len == 0) {
        g_subprocess_wait_async(run->process, run->reading, on_process_exited, g_object_ref(task));
    } else if (len > run->max_bytes - run->data->len) {
        kill_run(task, g_error_new(G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "printed too much"));
    } else {
        g_byte_array_append(run->data, g_bytes_get_data(bytes, NULL), (guint)len);
        read_more(task);
    }
}

static GSubprocess *
spawn(const char *const *argv, const PfHelperFd *fds, gsize fd_count, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    for (gsize i = 0; i < fd_count; i++) {
        if (fds[i].source < 0)
            continue;
        int fd = fcntl(fds[i].source, F_DUPFD_CLOEXEC, 3);
        if (fd < 0) {
            g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s", g_strerror(errno));
            return NULL;
        }
        if (fds[i].target == STDIN_FILENO)
            g_subprocess_launcher_take_stdin_fd(launcher, fd);
        else
            g_subprocess_launcher_take_fd(launcher, fd, fds[i].target);
    }
    return g_subprocess_launcher_spawnv(launcher, argv, error);
}

void
pf_helper_run_with_fds_async(const char *const *argv, const PfHelperFd *fds, gsize fd_count,
                             guint timeout_ms, gsize max_bytes, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data)
{
    /* Without the cancellable: kill_run() reports it itself. */
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, user_data);
    GError *error = NULL;
    g_task_set_source_tag(task, pf_helper_run_with_fds_async);
    if (g_cancellable_set_error_if_cancelled(cancellable, &error)) {
        g_task_return_error(task, error);
        return;
    }
    Run *run = g_new0(Run, 1);
    run->data = g_byte_array_new();
    run->max_bytes = max_bytes;
    run->timeout_ms = timeout_ms;
    g_task_set_task_data(task, run, run_free);
    run->process = spawn(argv, fds, fd_count, &error);
    if (run->process == NULL) {
        g_task_return_error(task, error);
        return;
    }
    g_thread_pool_set_max_idle_time(IDLE_WORKER_MS);
    run->output = g_subprocess_get_stdout_pipe(run->process);
    run->reading = g_cancellable_new();
    run->timeout_id = g_timeout_add(timeout_ms, on_timeout, task);
    if (cancellable != NULL) {
        run->outer = g_object_ref(cancellable);
        run->outer_id =
            g_signal_connect(cancellable, "cancelled", G_CALLBACK(on_outer_cancelled), task);
    }
    read_more(task);
}

void
pf_helper_run_async(const char *const *argv, guint timeout_ms, gsize max_bytes,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    pf_helper_run_with_fds_async(argv, NULL, 0, timeout_ms, max_bytes, cancellable, callback,
                                 user_data);
}

GBytes *
pf_helper_run_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
