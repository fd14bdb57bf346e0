/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the dialogs of the agent's questions, and of what a person does to a token, have in common:
 * when they end, and whose keys they take. */
#pragma once

#include <gtk/gtk.h>

#include "pin-request.h"
#include "prompt-status.h"
#include "request-view.h"

#define PF_TYPE_PROMPT_DIALOG (pf_prompt_dialog_get_type())
G_DECLARE_DERIVABLE_TYPE(PfPromptDialog, pf_prompt_dialog, PF, PROMPT_DIALOG, GtkDialog)

/* Seconds without an input after which a dialog gives up; of one that the person opened, who may
 * have to look for a PUK and makes nobody wait, and not while the token is at work. */
#define PF_PROMPT_DIALOG_TIMEOUT_S      120u
#define PF_PROMPT_DIALOG_TASK_TIMEOUT_S 600u

/* A dialog knows no bus: it emits "submitted" when the person has answered, and "cancelled" once
 * when the person, or the timeout, ends it. The caller shows and destroys it; typed text is wiped
 * with it. Keys pressed within 0.3 s after it got the focus are dropped. Main thread.
 *
 * What a kind of dialog brings; its response OK submits, every other cancels. */
struct _PfPromptDialogClass {
    GtkDialogClass parent_class;
    gboolean takes_secrets; /* keys are kept from other windows while they can be typed */

    /* Shows what the request says, beside its headline, rows and program. */
    void (*show_request)(PfPromptDialog *self);
    /* May the answer be sent? Says to the person why not. */
    gboolean (*check)(PfPromptDialog *self);
    /* The answer is on its way (pf_prompt_dialog_is_checking()), or the person may answer again. */
    void (*checking_changed)(PfPromptDialog *self);
    /* The token refused the answer; the request is new and shown. By default nothing. */
    void (*answer_again)(PfPromptDialog *self);
    /* An error in plain words, after which the person answers again. By default the status has
     * it. */
    void (*show_error)(PfPromptDialog *self, const char *text);
    /* Forgets what was typed. By default nothing. */
    void (*wipe)(PfPromptDialog *self);
};

/* For kinds of dialogs: what each has in its template, borrowed. Once, in its init. */
void pf_prompt_dialog_set_parts(PfPromptDialog *self, GtkImage *program_icon, PfRequestView *view,
                                PfPromptStatus *status);

/* For kinds of dialogs: begins with REQUEST, which is taken. Once, in their constructor. */
void pf_prompt_dialog_begin(PfPromptDialog *self, PfPinRequest *request);

/* For kinds of dialogs: the person did something, it gives up later. */
void pf_prompt_dialog_restart_timeout(PfPromptDialog *self);

/* For kinds of dialogs: is the answer on its way? */
gboolean pf_prompt_dialog_is_checking(PfPromptDialog *self);

/* For kinds of dialogs: the status says how many tries are left, AFTER_WRONG: now that one was.
 * Returns whether the PIN is blocked. */
gboolean pf_prompt_dialog_show_tries(PfPromptDialog *self, gboolean after_wrong);

/* For kinds of dialogs: did it come up so lately that a button was not pressed on purpose? */
gboolean pf_prompt_dialog_has_just_come(PfPromptDialog *self);

/* For kinds of dialogs: as if the person had pressed the default button. */
void pf_prompt_dialog_submit(PfPromptDialog *self);

/* What is submitted from now on can be stopped: cancelling it while it is on its way emits "stop",
 * once each time, and the owner says what came of that. */
void pf_prompt_dialog_set_stoppable(PfPromptDialog *self);

/* Borrowed; it changes with pf_prompt_dialog_update() and _retry(). */
const PfPinRequest *pf_prompt_dialog_get_request(PfPromptDialog *self);

/* More is known than when it opened: shows REQUEST, which is taken; what was typed stays. */
void pf_prompt_dialog_update(PfPromptDialog *self, PfPinRequest *request);

/* The PIN was wrong: says so and lets the person answer again. Takes REQUEST. */
void pf_prompt_dialog_retry(PfPromptDialog *self, PfPinRequest *request);

/* Forgets what was typed; the dialog stays as it is. */
void pf_prompt_dialog_forget_typed(PfPromptDialog *self);

/* Shows TEXT, which is plain, as an error and lets the person answer again. */
void pf_prompt_dialog_show_error(PfPromptDialog *self, const char *text);
