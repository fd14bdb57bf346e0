/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What came of a task: which field of the dialog it is about, and the words for it; no widgets. */
#pragma once

#include "pin-change.h"
#include "tokens-fault.h"

/* Did the token refuse what was to be proven? The dialog says the tries then. */
gboolean pf_task_outcome_is_rejection(PfTokensFault fault);

/* The field that FAULT is about, where TASK asks for it; PF_N_CHANGE_FIELDS: none. */
PfChangeField pf_task_outcome_get_field(PfTask task, PfTokensFault fault);

/* Why it was not done, for people. Static. */
const char *pf_task_outcome_get_text(PfTask task, PfTokensFault fault);

/* What was done, for the title of a notification; NAME is the token's label. Owned by the caller.
 */
char *pf_task_outcome_dup_done(PfTask task, const char *name);
