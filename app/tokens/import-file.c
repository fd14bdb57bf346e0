/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Import file: keys are in it, so that what is read goes straight to where the helper has it from.
 */
#include "import-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gio/gfiledescriptorbased.h>
#include <glib/gstdio.h>

#include "task-outcome.h"
#include "tokens-pkcs12.h"

/* One more than a file may have, which shows that it has. */
#define ROOM (PF_TOKENS_PKCS12_SIZE_MAX + 1u)

typedef struct {
    int fd; /* -1: none */
    void *map;
} Copy;

static void
copy_free(gpointer data)
{
    Copy *copy = data;
    if (copy->map != MAP_FAILED)
        munmap(copy->map, ROOM);
    if (copy->fd >= 0)
        close(copy->fd);
    g_free(copy);
}

/* Not written to the disk, where the file's own place may be a better guarded one. */
static Copy *
copy_new(void)
{
    Copy *copy = g_new(Copy, 1);
    copy->map = MAP_FAILED;
    copy->fd = memfd_create("pinfold-import", MFD_CLOEXEC);
    if (copy->fd >= 0 && ftruncate(copy->fd, ROOM) == 0)
        copy->map = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, copy->fd, 0);
    return copy;
}

static void
return_errno(GTask *task)
{
    int saved = errno;
    g_task_return_new_error(task, G_IO_ERROR, g_io_error_from_errno(saved), "%s",
                            g_strerror(saved));
}

static void
on_stream_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    Copy *copy = g_task_get_task_data(task);
    GError *error = NULL;
    gsize size = 0;
    if (!g_input_stream_read_all_finish(G_INPUT_STREAM(source), result, &size, &error))
        g_task_return_error(task, error);
    else if (size >= ROOM)
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "%s",
                                pf_task_outcome_get_text(PF_TASK_IMPORT,
                                                         PF_TOKENS_FAULT_FILE_TOO_LARGE));
    else if (ftruncate(copy->fd, (off_t)size) < 0)
        return_errno(task);
    else
        g_task_return_int(task, g_steal_fd(&copy->fd));
}

static void
read_stream(GTask *task, GInputStream *stream)
{
    Copy *copy = copy_new();
    g_task_set_task_data(task, copy, copy_free);
    if (copy->map == MAP_FAILED)
        return_errno(task);
    else
        g_input_stream_read_all_async(stream, copy->map, ROOM, G_PRIORITY_DEFAULT,
                                      g_task_get_cancellable(task), on_stream_read,
                                      g_object_ref(task));
}

static void
on_file_opened(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    g_autoptr(GFileInputStream) stream = g_file_read_finish(G_FILE(source), result, &error);
    if (stream == NULL) {
        g_task_return_error(task, error);
    } else if (G_IS_FILE_DESCRIPTOR_BASED(stream)) {
        int own = g_file_descriptor_based_get_fd(G_FILE_DESCRIPTOR_BASED(stream));
        int fd = fcntl(own, F_DUPFD_CLOEXEC, 3);
        if (fd >= 0)
            g_task_return_int(task, fd);
        else
            return_errno(task);
    } else {
        read_stream(task, G_INPUT_STREAM(stream));
    }
}

void
pf_import_file_open_async(GFile *file, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    g_task_set_source_tag(task, pf_import_file_open_async);
    /* Else a descriptor were lost. */
    g_task_set_check_cancellable(task, FALSE);
    g_file_read_async(file, G_PRIORITY_DEFAULT, cancellable, on_file_opened, task);
}

int
pf_import_file_open_finish(GAsyncResult *result, GError **error)
{
    int fd = (int)g_task_propagate_int(G_TASK(result), error);
    if (fd < 0 ||
        !g_cancellable_set_error_if_cancelled(g_task_get_cancellable(G_TASK(result)), error))
        return fd;
    close(fd);
    return -1;
}
