/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfClosingHint: a message dialog and an empty file that remembers it. */
#include "closing-hint.h"

#include <glib/gi18n.h>

struct _PfClosingHint {
    GObject parent_instance;
    GFile *marker;
    gboolean is_due;
};

G_DEFINE_FINAL_TYPE(PfClosingHint, pf_closing_hint, G_TYPE_OBJECT)

static void
on_query_info_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(PfClosingHint) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GFileInfo) info = g_file_query_info_finish(G_FILE(source), result, &error);
    self->is_due = info == NULL && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

PfClosingHint *
pf_closing_hint_new(void)
{
    PfClosingHint *self = g_object_new(PF_TYPE_CLOSING_HINT, NULL);
    g_file_query_info_async(self->marker, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                            G_PRIORITY_DEFAULT, NULL, on_query_info_done, g_object_ref(self));
    return self;
}

static void
write_marker(GTask *task, gpointer source, gpointer marker, GCancellable *cancellable)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GFile) directory = g_file_get_parent(marker);
    /* Whether the directory could be made, or was there, shows when the file is. */
    g_file_make_directory_with_parents(directory, NULL, NULL);
    g_autoptr(GFileOutputStream) stream =
        g_file_create(marker, G_FILE_CREATE_PRIVATE, NULL, &error);
    if (stream == NULL)
        g_message("The closing hint will be shown again: %s", error->message);
}

void
pf_closing_hint_show(PfClosingHint *self, GtkApplication *application)
{
    if (!self->is_due)
        return;
    self->is_due = FALSE;
    GtkWidget *dialog = gtk_message_dialog_new(NULL, 0, GTK_MESSAGE_INFO, GTK_BUTTONS_CLOSE, "%s",
                                               _("Pinfold keeps running"));
    gtk_message_dialog_format_secondary_text(
        GTK_MESSAGE_DIALOG(dialog), "%s",
        _("It asks for PINs when programs need them. This desktop shows no tray icon: to see the "
          "window again, start Pinfold from the list of applications."));
    gtk_window_set_title(GTK_WINDOW(dialog), _("Pinfold"));
    atk_object_set_name(gtk_widget_get_accessible(dialog), _("Pinfold keeps running"));
    gtk_window_set_application(GTK_WINDOW(dialog), application);
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_window_present(GTK_WINDOW(dialog));

    g_autoptr(GTask) task = g_task_new(self, NULL, NULL, NULL);
    g_task_set_task_data(task, g_object_ref(self->marker), g_object_unref);
    g_task_run_in_thread(task, write_marker);
}

static void
finalize(GObject *object)
{
    g_object_unref(PF_CLOSING_HINT(object)->marker);
    G_OBJECT_CLASS(pf_closing_hint_parent_class)->finalize(object);
}

static void
pf_closing_hint_class_init(PfClosingHintClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_closing_hint_init(PfClosingHint *self)
{
    self->marker =
        g_file_new_build_filename(g_get_user_state_dir(), "pinfold", "closing-hint-shown", NULL);
}
