/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A message dialog that waits for nobody. */
#include "failure-note.h"

#include <glib/gi18n.h>

void
pf_failure_note_show(GtkApplication *application, const char *title, const char *reason)
{
    GtkWidget *dialog =
        gtk_message_dialog_new(NULL, 0, GTK_MESSAGE_WARNING, GTK_BUTTONS_CLOSE, "%s", title);
    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", reason);
    gtk_window_set_title(GTK_WINDOW(dialog), _("Pinfold"));
    /* Else its accessible name were "Warning", as that of every other one. */
    atk_object_set_name(gtk_widget_get_accessible(dialog), title);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CLOSE);
    gtk_window_set_application(GTK_WINDOW(dialog), application);
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_window_present(GTK_WINDOW(dialog));
}
