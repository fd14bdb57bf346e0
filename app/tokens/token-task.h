/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenTask: one thing that a person does to a token, from the dialog to what came of it. */
#pragma once

#include <gtk/gtk.h>

#include "task-text.h"

#define PF_TYPE_TOKEN_TASK (pf_token_task_get_type())
G_DECLARE_FINAL_TYPE(PfTokenTask, pf_token_task, PF, TOKEN_TASK, GObject)

/* Opens the dialog of TASK on the token with the URI (NULL of CREATE), a window of APPLICATION,
 * which outlives the task. What is typed is presented at most once each time the person sends it.
 * Emits "begun" with a sentence about it when the token is given work, "done" when that is over,
 * with whether the person needs to see nothing more of it in the app's windows, "changed" with the
 * token's URI when there may be other objects on it than before, and "ended" once, when the dialog
 * is gone. The caller owns the task and ends it with the last unref. Main thread.
 */
PfTokenTask *pf_token_task_new(GtkApplication *application, PfTask task, const char *uri);

/* The same for IMPORT of the file behind FILE_FD, which the task closes and the person knows as
 * FILE_NAME. */
PfTokenTask *pf_token_task_new_import(GtkApplication *application, const char *uri, int file_fd,
                                      const char *file_name);

/* Is the token at it? It is not left alone then. */
gboolean pf_token_task_is_working(PfTokenTask *self);

/* Nobody is at the screen any more: what was typed is forgotten at once. The token goes on with its
 * work; when that fails, a note says so, and the dialog is not there again. */
void pf_token_task_leave(PfTokenTask *self);

/* Brings the dialog to the front. */
void pf_token_task_present(PfTokenTask *self);
