/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The message after a PIN dialog that the token ended. */
#include "pin-notice.h"

#include <glib/gi18n.h>

void
pf_pin_notice_show(GtkApplication *application, const PfPinRequest *request, const char *reason)
{
    g_autofree char *token = pf_pin_request_dup_token(request);
    g_autofree char *title = NULL;
    const char *text;
    if (g_str_equal(reason, "locked")) {
        /* Translators: %s is the label of a token. */
        title = g_strdup_printf(_("The PIN of “%s” is blocked"), token);
        text = _("Too many wrong PINs were entered. If the token has a PUK, whoever issued it can "
                 "tell how to set a new PIN with it.");
    } else if (g_str_equal(reason, "failed") &&
               pf_pin_request_get_kind(request) == PF_PIN_REQUEST_CHANGE) {
        /* Translators: %s is the label of a token. */
        title = g_strdup_printf(_("The PIN of “%s” was not changed"), token);
        text = _("The token did not take the new PIN, or reported another error. It may have rules "
                 "of its own for PINs, such as digits only.");
    } else if (g_str_equal(reason, "failed") &&
               pf_pin_request_get_kind(request) != PF_PIN_REQUEST_CONSENT) {
        /* Translators: %s is the label of a token. */
        title = g_strdup_printf(_("“%s” could not be unlocked"), token);
        text = _("The token reported an error that is no verdict on the PIN. Check that it is "
                 "still connected, then let the program try again.");
    } else {
        return;
    }
    GtkWidget *dialog =
        gtk_message_dialog_new(NULL, 0, GTK_MESSAGE_WARNING, GTK_BUTTONS_CLOSE, "%s", title);
    gtk_message_dialog_format_secondary_text(GTK_MESSAGE_DIALOG(dialog), "%s", text);
    gtk_window_set_title(GTK_WINDOW(dialog), _("Pinfold"));
    /* Else its accessible name were "Warning", as that of every other one. */
    atk_object_set_name(gtk_widget_get_accessible(dialog), title);
    gtk_window_set_icon_name(GTK_WINDOW(dialog), "org.pinfold.Pinfold");
    gtk_window_set_application(GTK_WINDOW(dialog), application);
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_window_present(GTK_WINDOW(dialog));
}
