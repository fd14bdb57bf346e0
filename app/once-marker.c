/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfOnceMarker: reads and writes without the main loop waiting for a disk. */
#include "once-marker.h"

struct _PfOnceMarker {
    GObject parent_instance;
    GFile *file;
    gboolean is_due;
};

G_DEFINE_FINAL_TYPE(PfOnceMarker, pf_once_marker, G_TYPE_OBJECT)

static guint known_signal;

static void
on_query_info_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfOnceMarker) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GFileInfo) info = g_file_query_info_finish(G_FILE(source), result, &error);
    self->is_due = info == NULL && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_signal_emit(self, known_signal, 0);
}

PfOnceMarker *
pf_once_marker_new(const char *name)
{
    PfOnceMarker *self = g_object_new(PF_TYPE_ONCE_MARKER, NULL);
    self->file = g_file_new_build_filename(g_get_user_state_dir(), "pinfold", name, NULL);
    g_file_query_info_async(self->file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                            G_PRIORITY_DEFAULT, NULL, on_query_info_done, g_object_ref(self));
    return self;
}

static void
write_file(GTask *task, gpointer source, gpointer file, GCancellable *cancellable)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GFile) directory = g_file_get_parent(file);
    /* Whether the directory could be made, or was there, shows when the file is. */
    g_file_make_directory_with_parents(directory, NULL, NULL);
    g_autoptr(GFileOutputStream) stream = g_file_create(file, G_FILE_CREATE_PRIVATE, NULL, &error);
    if (stream == NULL)
        g_message("It will be shown again: %s", error->message);
}

gboolean
pf_once_marker_take(PfOnceMarker *self)
{
    if (!self->is_due)
        return FALSE;
    self->is_due = FALSE;
    g_autoptr(GTask) task = g_task_new(self, NULL, NULL, NULL);
    g_task_set_task_data(task, g_object_ref(self->file), g_object_unref);
    g_task_run_in_thread(task, write_file);
    return TRUE;
}

static void
finalize(GObject *object)
{
    g_clear_object(&PF_ONCE_MARKER(object)->file);
    G_OBJECT_CLASS(pf_once_marker_parent_class)->finalize(object);
}

static void
pf_once_marker_class_init(PfOnceMarkerClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
    known_signal = g_signal_new("known", PF_TYPE_ONCE_MARKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 0);
}

static void
pf_once_marker_init(PfOnceMarker *self)
{
}
