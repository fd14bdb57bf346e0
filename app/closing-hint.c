/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Closing hint: a message dialog. */
#include "closing-hint.h"

#include <glib/gi18n.h>

void
pf_closing_hint_show(PfOnceMarker *marker, GtkApplication *application)
{
    if (!pf_once_marker_take(marker))
        return;
    GtkWidget *dialog = gtk_message_dialog_new(NULL, 0, GTK_MESSAGE_INFO, GTK_BUTTONS_CLOSE, "%s",
                                               _("Pinfold keeps running"));
    gtk_message_dialog_format_secondary_text(
        GTK_MESSAGE_DIALOG(dialog), "%s",
        _("It asks for PINs when programs need them. This desktop shows no tray icon: to see the "
          "window again, start Pinfold from the list of applications."));
    gtk_window_set_title(GTK_WINDOW(dialog), _("Pinfold"));
    atk_object_set_name(gtk_widget_get_accessible(dialog), _("Pinfold keeps running"));
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CLOSE);
    gtk_window_set_application(GTK_WINDOW(dialog), application);
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_window_present(GTK_WINDOW(dialog));
}
