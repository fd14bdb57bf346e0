/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the dialog of a task is told: who the token is, and how it stands with it. */
#pragma once

#include "pin-request.h"
#include "token-job.h"

/* For TASK on the token with the URI (NULL: of CREATE, which has none yet). The caller owns it. */
PfPinRequest *pf_task_request_new(PfTask task, const char *uri);

/* A copy of REQUEST with the flags, tries and lengths that RESULT tells. The caller owns it. */
PfPinRequest *pf_task_request_dup_with(const PfPinRequest *request, const PfTokenJobResult *result);
