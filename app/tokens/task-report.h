/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a person is told of a task where its dialog does not say it. */
#pragma once

#include <gtk/gtk.h>

#include "pin-request.h"
#include "token-job.h"

/* Why REQUEST's task was not done, in plain words: RESULT with a fault, or NULL where the helper
 * did not start. The caller owns it. */
char *pf_task_report_dup_failure(const PfPinRequest *request, const PfTokenJobResult *result);

/* What RESULT has left of TASK that was not done; NULL: nothing. Static. */
const char *pf_task_report_get_rest(PfTask task, const PfTokenJobResult *result);

/* It was done, to the token of that name. Returns whether there is nothing that the person should
 * think about. */
gboolean pf_task_report_show_done(GtkApplication *application, PfTask task, const char *name,
                                  const PfTokenJobResult *result);
