/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Task report: a notification, or a message where that could be overlooked. */
#include "task-report.h"

#include <glib/gi18n.h>

#include "failure-note.h"
#include "generate-text.h"
#include "import-text.h"
#include "key-dialog.h"
#include "task-outcome.h"
#include "task-request.h"

const char *
pf_task_report_get_rest(PfTask task, const PfTokenJobResult *result)
{
    if (result->answer == NULL)
        return NULL;
    if (task == PF_TASK_GENERATE)
        return pf_generate_text_get_rest(result->answer, result->fault);
    return pf_import_text_get_rest(result->answer);
}

char *
pf_task_report_dup_failure(const PfPinRequest *request, const PfTokenJobResult *result)
{
    char *text = NULL;
    if (result == NULL)
        return g_strdup(_("Pinfold's helper for tokens does not start."));
    if (pf_task_outcome_is_rejection(result->fault)) {
        g_autoptr(PfPinRequest) now = pf_task_request_dup_with(request, result);
        pf_pin_request_dup_tries(now, TRUE, &text);
        return text;
    }
    const char *fault = pf_task_outcome_get_text(pf_pin_request_get_task(request), result->fault);
    const char *rest = pf_task_report_get_rest(pf_pin_request_get_task(request), result);
    return rest != NULL ? g_strconcat(fault, "\n", rest, NULL) : g_strdup(fault);
}

/* The window shows it, but that need not be open. What the person should think about is said where
 * it is not overlooked. */
gboolean
pf_task_report_show_done(GtkApplication *application, PfTask task, const char *name,
                         const PfTokenJobResult *result)
{
    g_autofree char *title = pf_task_outcome_dup_done(task, name);
    g_autofree char *body = NULL;
    g_autofree char *warning = NULL;
    if (task == PF_TASK_GENERATE) {
        pf_key_dialog_show(application, title, result->answer);
        return FALSE;
    }
    if (task == PF_TASK_IMPORT) {
        body = pf_import_text_dup_counts(result->answer);
        warning = pf_import_text_dup_warning(result->answer);
    }
    if (warning != NULL) {
        pf_failure_note_show(application, title, warning);
        return FALSE;
    }
    g_autoptr(GNotification) notification = g_notification_new(title);
    if (body != NULL)
        g_notification_set_body(notification, body);
    g_notification_set_default_action(notification, "app.open");
    g_application_send_notification(G_APPLICATION(application), "token-task", notification);
    return TRUE;
}
