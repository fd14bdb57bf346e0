/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a person can do next where there is no token, and what keeps one from being seen. */
#pragma once

#include "agent-model.h"

typedef struct {
    const char *icon_name;
    const char *title;
    const char *text;
    gboolean is_waiting;     /* something is being looked for */
    gboolean may_look_again; /* what is missing may be there by now, unnoticed */
    gboolean may_create;     /* a software token would be one */
    gboolean may_set_up;     /* what is missing can be named in the settings */
} PfTokenAdvice;

/* For the page that stands where the list is empty; MODEL is ready. Nothing in it needs freeing. */
void pf_token_advice_get(PfAgentModel *model, PfTokenAdvice *ret_advice);

/* What to say above the list, or the page, in sentences on lines of their own; the caller's, NULL
 * where there is nothing. */
char *pf_token_advice_dup_notice(PfAgentModel *model);
