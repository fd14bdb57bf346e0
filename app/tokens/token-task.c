/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenTask: dialog, helper, agent, in this order, and again after a wrong PIN. */
#include "token-task.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "change-dialog.h"
#include "failure-note.h"
#include "generate-text.h"
#include "import-text.h"
#include "process-guard.h"
#include "task-outcome.h"
#include "task-report.h"
#include "task-request.h"
#include "token-job.h"
#include "token-names.h"

struct _PfTokenTask {
    GObject parent_instance;
    GtkApplication *application; /* outlives the task */
    PfTask task;
    char *uri;               /* NULL: there is no token yet */
    int file_fd;             /* -1: none */
    PfPromptDialog *dialog;  /* NULL: ended */
    PfChangeSecrets secrets; /* until the helper has them */
    GCancellable *looking;   /* at how the token is; NULL: over */
    GCancellable *stop;      /* of work that can be stopped, and goes on; NULL: none */
    gboolean is_left;        /* the person is not at the dialog any more */
};

G_DEFINE_FINAL_TYPE(PfTokenTask, pf_token_task, G_TYPE_OBJECT)

enum { SIGNAL_BEGUN, SIGNAL_DONE, SIGNAL_CHANGED, SIGNAL_ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
stop_looking(PfTokenTask *self)
{
    g_cancellable_cancel(self->looking);
    g_clear_object(&self->looking);
}

static void
close_dialog(PfTokenTask *self)
{
    stop_looking(self);
    pf_change_secrets_clear(&self->secrets);
    if (self->dialog == NULL)
        return;
    PfPromptDialog *dialog = g_steal_pointer(&self->dialog);
    g_signal_handlers_disconnect_by_data(dialog, self);
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
end(PfTokenTask *self)
{
    g_autoptr(PfTokenTask) kept = g_object_ref(self);
    close_dialog(self);
    g_signal_emit(kept, signals[SIGNAL_ENDED], 0);
}

static char *
dup_name(PfTokenTask *self)
{
    if (self->uri == NULL)
        return pf_change_dialog_dup_name(PF_CHANGE_DIALOG(self->dialog));
    return pf_pin_request_dup_token(pf_prompt_dialog_get_request(self->dialog));
}

/* The person has gone: what is to be said waits in a note, which asks for no secret. */
static void
leave_note(PfTokenTask *self, const char *reason)
{
    const PfPinRequest *request = pf_prompt_dialog_get_request(self->dialog);
    g_autofree char *title = pf_pin_request_dup_window_title(request);
    pf_failure_note_show(self->application, title, reason);
    end(self);
}

/* RESULT may be NULL. */
static void
show_failure(PfTokenTask *self, const PfTokenJobResult *result)
{
    const PfPinRequest *request = pf_prompt_dialog_get_request(self->dialog);
    PfTokensFault fault = result != NULL ? result->fault : PF_TOKENS_FAULT_FAILED;
    g_autofree char *text = pf_task_report_dup_failure(request, result);
    PfChangeField field = pf_task_outcome_get_field(self->task, fault);
    if (self->is_left)
        leave_note(self, text);
    else if (pf_task_outcome_is_rejection(fault))
        pf_prompt_dialog_retry(self->dialog, pf_task_request_dup_with(request, result));
    else if (field == PF_N_CHANGE_FIELDS)
        pf_prompt_dialog_show_error(self->dialog, text);
    else
        pf_change_dialog_refuse(PF_CHANGE_DIALOG(self->dialog), field, text);
}

/* The ones that put something on a token. */
static gboolean
is_stoppable(PfTask task)
{
    return task == PF_TASK_IMPORT || task == PF_TASK_GENERATE;
}

/* A helper that gave no answer may have done some of it. */
static void
note_change(PfTokenTask *self, const PfTokenJobResult *result)
{
    gboolean is_refused = result != NULL && result->answer != NULL &&
                          result->fault != PF_TOKENS_FAULT_NONE &&
                          pf_task_report_get_rest(self->task, result) == NULL;
    if (is_stoppable(self->task) && !is_refused)
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0, self->uri);
}

static gboolean
is_stopped(PfTokenTask *self, const PfTokenJobResult *result)
{
    return result != NULL && result->fault == PF_TOKENS_FAULT_STOPPED &&
           pf_task_report_get_rest(self->task, result) == NULL;
}

/* Returns whether that is all that there is to see of it. */
static gboolean
show_outcome(PfTokenTask *self, const PfTokenJobResult *result, const GError *error)
{
    if (result != NULL && result->fault == PF_TOKENS_FAULT_NONE) {
        if (self->task == PF_TASK_DELETE)
            pf_token_names_change(self->uri, "");
        g_autofree char *name = dup_name(self);
        gboolean is_seen = pf_task_report_show_done(self->application, self->task, name, result);
        end(self);
        return is_seen;
    }
    if (is_stopped(self, result)) {
        end(self);
        return TRUE;
    }
    if (result == NULL)
        g_warning("pinfold-tokens: %s", error->message);
    show_failure(self, result);
    return FALSE;
}

static void
on_job_done(GObject *source, GAsyncResult *async_result, gpointer user_data)
{
    g_autoptr(PfTokenTask) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(PfTokenJobResult) result = pf_token_job_run_finish(async_result, &error);
    gboolean is_seen = TRUE;
    pf_process_guard_release();
    g_clear_object(&self->stop);
    note_change(self, result);
    if (self->dialog != NULL)
        is_seen = show_outcome(self, result, error);
    g_signal_emit(self, signals[SIGNAL_DONE], 0, is_seen);
}

static const char *
get_verb(PfTask task)
{
    static const char *const verbs[] = {
        [PF_TASK_CHANGE_PIN] = "change-pin", [PF_TASK_UNBLOCK_PIN] = "unblock",
        [PF_TASK_SET_PIN] = "init-pin",      [PF_TASK_CREATE] = "create",
        [PF_TASK_DELETE] = "delete",         [PF_TASK_IMPORT] = "import",
        [PF_TASK_GENERATE] = "generate",
    };
    return verbs[task];
}

static void
on_job_progress(const char *step, guint done, guint total, gpointer user_data)
{
    PfTokenTask *self = user_data;
    gboolean is_stopped = g_cancellable_is_cancelled(self->stop);
    const char *text = self->task == PF_TASK_GENERATE ? pf_generate_text_get_step(step, is_stopped)
                                                      : pf_import_text_get_step(step, is_stopped);
    if (text != NULL && self->dialog != NULL)
        pf_change_dialog_show_progress(PF_CHANGE_DIALOG(self->dialog), text, done, total);
}

static void
on_dialog_stop(PfTokenTask *self)
{
    const char *text = self->task == PF_TASK_GENERATE
                           ? _("A key that the token is making is finished first, then deleted…")
                           : _("The import is stopped…");
    g_cancellable_cancel(self->stop);
    pf_change_dialog_show_progress(PF_CHANGE_DIALOG(self->dialog), text, 0, 0);
}

static void
run(PfTokenTask *self)
{
    g_autofree char *name = dup_name(self);
    g_autofree char *typed = pf_change_dialog_dup_name(PF_CHANGE_DIALOG(self->dialog));
    if (is_stoppable(self->task))
        self->stop = g_cancellable_new();
    PfTokenJob job = {
        .verb = get_verb(self->task),
        .token_uri = self->uri != NULL ? self->uri : name,
        .proof = self->secrets.proof,
        .secret = self->secrets.secret,
        .key_kind = pf_change_dialog_get_kind(PF_CHANGE_DIALOG(self->dialog)),
        .key_label = self->task == PF_TASK_GENERATE ? typed : NULL,
        .file_fd = self->file_fd,
        .on_progress = on_job_progress,
        .stop = self->stop,
    };
    g_signal_emit(self, signals[SIGNAL_BEGUN], 0, pf_task_text_get_work(self->task));
    pf_process_guard_hold();
    pf_token_job_run_async(&job, NULL, on_job_done, g_object_ref(self));
    pf_change_secrets_clear(&self->secrets);
}

/* The PIN of a software token's security officer. A person would keep it nowhere, and one that is
 * the user's own would open the token for whoever has learned a PIN that was changed since. */
static PfSecret *
draw_officer_pin(void)
{
    guint8 bytes[16];
    char text[2 * sizeof bytes + 1];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return NULL;
    for (gsize i = 0; i < sizeof bytes; i++)
        g_snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    PfSecret *pin = pf_secret_new(text, strlen(text));
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return pin;
}

static gboolean
take_secrets(PfTokenTask *self)
{
    pf_change_secrets_clear(&self->secrets);
    if (!pf_change_dialog_take_secrets(PF_CHANGE_DIALOG(self->dialog), &self->secrets))
        return FALSE;
    if (self->task == PF_TASK_CREATE)
        self->secrets.proof = draw_officer_pin();
    return self->task != PF_TASK_CREATE || self->secrets.proof != NULL;
}

/* No work of the token's, which keeps its label. */
static void
rename_token(PfTokenTask *self)
{
    g_autofree char *name = pf_change_dialog_dup_name(PF_CHANGE_DIALOG(self->dialog));
    if (pf_token_names_change(self->uri, name))
        end(self);
    else
        pf_prompt_dialog_show_error(self->dialog, _("The name was not saved. Names are set by the "
                                                    "administrator of this computer."));
}

static void
on_dialog_submitted(PfTokenTask *self)
{
    stop_looking(self);
    if (self->task == PF_TASK_RENAME) {
        rename_token(self);
        return;
    }
    if (!take_secrets(self)) {
        g_warning("No locked memory for the PIN: %s", g_strerror(errno));
        pf_prompt_dialog_show_error(
            self->dialog, _("The PIN was not used: there is no protected memory for it."));
        return;
    }
    run(self);
}

/* Without any there is nothing that the person could do in the dialog. */
static gboolean
take_kinds(PfTokenTask *self, const PfTokenJobResult *result)
{
    if (result != NULL && result->fault == PF_TOKENS_FAULT_NONE) {
        g_auto(GStrv) kinds = pf_generate_text_dup_kinds(result->answer);
        pf_change_dialog_set_kinds(PF_CHANGE_DIALOG(self->dialog), (const char *const *)kinds);
        return TRUE;
    }
    const PfPinRequest *request = pf_prompt_dialog_get_request(self->dialog);
    g_autofree char *name = dup_name(self);
    g_autofree char *title = pf_generate_text_dup_refusal(name);
    g_autofree char *failure = pf_task_report_dup_failure(request, result);
    const char *reason = result != NULL ? pf_generate_text_get_reason(result->fault) : NULL;
    pf_failure_note_show(self->application, title, reason != NULL ? reason : failure);
    end(self);
    return FALSE;
}

static void
on_looked(GObject *source, GAsyncResult *async_result, gpointer user_data)
{
    g_autoptr(PfTokenTask) self = user_data;
    g_autoptr(PfTokenJobResult) result = pf_token_job_run_finish(async_result, NULL);
    /* Cancelled: another look, or the person, was quicker. */
    if (self->dialog == NULL || self->looking == NULL)
        return;
    g_clear_object(&self->looking);
    if (self->task == PF_TASK_GENERATE && !take_kinds(self, result))
        return;
    /* What is wrong is said when the person sends something. */
    if (result != NULL && result->fault == PF_TOKENS_FAULT_NONE)
        pf_prompt_dialog_update(self->dialog,
                                pf_task_request_dup_with(pf_prompt_dialog_get_request(self->dialog),
                                                         result));
}

/* The dialog is there meanwhile: a card can take its time. */
static void
look(PfTokenTask *self)
{
    PfTokenJob job = {
        .verb = self->task == PF_TASK_GENERATE ? "can-generate" : "state",
        .token_uri = self->uri,
        .file_fd = -1,
    };
    self->looking = g_cancellable_new();
    pf_token_job_run_async(&job, self->looking, on_looked, g_object_ref(self));
}

/* REQUEST is taken. */
static void
open_dialog(PfTokenTask *self, PfPinRequest *request)
{
    GtkWindow *parent = gtk_application_get_active_window(self->application);
    self->dialog = pf_change_dialog_new(request);
    /* Not modal: a program may ask for a PIN meanwhile. */
    if (parent != NULL && gtk_widget_get_visible(GTK_WIDGET(parent)) &&
        !PF_IS_PROMPT_DIALOG(parent))
        gtk_window_set_transient_for(GTK_WINDOW(self->dialog), parent);
    gtk_window_set_application(GTK_WINDOW(self->dialog), self->application);
    g_signal_connect_swapped(self->dialog, "submitted", G_CALLBACK(on_dialog_submitted), self);
    g_signal_connect_swapped(self->dialog, "stop", G_CALLBACK(on_dialog_stop), self);
    g_signal_connect_swapped(self->dialog, "cancelled", G_CALLBACK(end), self);
    if (is_stoppable(self->task))
        pf_prompt_dialog_set_stoppable(self->dialog);
    gtk_window_present(GTK_WINDOW(self->dialog));
    if (pf_pin_change_asks(request, PF_CHANGE_FIELD_PROOF))
        look(self);
}

PfTokenTask *
pf_token_task_new(GtkApplication *application, PfTask task, const char *uri)
{
    PfTokenTask *self = g_object_new(PF_TYPE_TOKEN_TASK, NULL);
    self->application = application;
    self->task = task;
    self->uri = g_strdup(uri);
    open_dialog(self, pf_task_request_new(task, uri));
    return self;
}

PfTokenTask *
pf_token_task_new_import(GtkApplication *application, const char *uri, int file_fd,
                         const char *file_name)
{
    PfTokenTask *self = g_object_new(PF_TYPE_TOKEN_TASK, NULL);
    PfPinRequest *request = pf_task_request_new(PF_TASK_IMPORT, uri);
    pf_pin_request_set_text(request, "file", file_name);
    self->application = application;
    self->task = PF_TASK_IMPORT;
    self->uri = g_strdup(uri);
    self->file_fd = file_fd;
    open_dialog(self, request);
    return self;
}

gboolean
pf_token_task_is_working(PfTokenTask *self)
{
    return self->dialog != NULL && pf_prompt_dialog_is_checking(self->dialog);
}

void
pf_token_task_leave(PfTokenTask *self)
{
    self->is_left = TRUE;
    if (self->dialog != NULL)
        pf_prompt_dialog_forget_typed(self->dialog);
}

void
pf_token_task_present(PfTokenTask *self)
{
    if (self->dialog != NULL)
        gtk_window_present(GTK_WINDOW(self->dialog));
}

static void
dispose(GObject *object)
{
    close_dialog(PF_TOKEN_TASK(object));
    G_OBJECT_CLASS(pf_token_task_parent_class)->dispose(object);
}

static void
finalize(GObject *object)
{
    PfTokenTask *self = PF_TOKEN_TASK(object);
    if (self->file_fd >= 0)
        close(self->file_fd);
    g_free(self->uri);
    G_OBJECT_CLASS(pf_token_task_parent_class)->finalize(object);
}

static void
pf_token_task_class_init(PfTokenTaskClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
    G_OBJECT_CLASS(klass)->finalize = finalize;
    signals[SIGNAL_BEGUN] = g_signal_new("begun", PF_TYPE_TOKEN_TASK, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[SIGNAL_DONE] = g_signal_new("done", PF_TYPE_TOKEN_TASK, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    signals[SIGNAL_CHANGED] = g_signal_new("changed", PF_TYPE_TOKEN_TASK, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[SIGNAL_ENDED] = g_signal_new("ended", PF_TYPE_TOKEN_TASK, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
}

static void
pf_token_task_init(PfTokenTask *self)
{
    self->file_fd = -1;
}
