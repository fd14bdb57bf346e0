/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The state of a token: its own limits, and the tries where they can be had. */
#include "tokens-state.h"

static void
add_length(PfTokensJob *job, const char *member, CK_ULONG length)
{
    if (length != CK_UNAVAILABLE_INFORMATION && length != CK_EFFECTIVELY_INFINITE)
        json_object_set_int_member(job->answer, member, (gint64)length);
}

PfTokensFault
pf_tokens_state_run(PfTokensJob *job)
{
    add_length(job, "min_pin_len", job->target.info.ulMinPinLen);
    add_length(job, "max_pin_len", job->target.info.ulMaxPinLen);
    pf_tokens_job_add_tries(job);
    return PF_TOKENS_FAULT_NONE;
}
