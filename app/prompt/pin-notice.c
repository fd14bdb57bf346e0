/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The message after a PIN dialog that the token ended. */
#include "pin-notice.h"

#include <glib/gi18n.h>

#include "failure-note.h"

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
    pf_failure_note_show(application, title, text);
}
