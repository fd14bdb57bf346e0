/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDialogDetails: copies of it, and which decisions it offers. */
#include "dialog-details.h"

PfDialogDetails *
pf_dialog_details_dup(const PfDialogDetails *details)
{
    PfDialogDetails *copy = g_memdup2(details, sizeof *details);
    copy->token_uri = g_strdup(details->token_uri);
    copy->program = g_strdup(details->program);
    copy->program_icon = g_strdup(details->program_icon);
    copy->executable = g_strdup(details->executable);
    copy->purpose = g_strdup(details->purpose);
    copy->operation = g_strdup(details->operation);
    copy->reader = g_strdup(details->reader);
    copy->key_label = g_strdup(details->key_label);
    copy->script = g_strdup(details->script);
    copy->sandbox = g_strdup(details->sandbox);
    copy->shared_id = g_strdup(details->shared_id);
    copy->group = g_strdup(details->group);
    copy->users = g_strdupv(details->users);
    return copy;
}

void
pf_dialog_details_free(PfDialogDetails *details)
{
    if (details == NULL)
        return;
    g_free(details->token_uri);
    g_free(details->program);
    g_free(details->program_icon);
    g_free(details->executable);
    g_free(details->purpose);
    g_free(details->operation);
    g_free(details->reader);
    g_free(details->key_label);
    g_free(details->script);
    g_free(details->sandbox);
    g_free(details->shared_id);
    g_free(details->group);
    g_strfreev(details->users);
    g_free(details);
}

gboolean
pf_dialog_details_take_decision(const PfDialogDetails *details, PfConsentDecision decision)
{
    switch (decision) {
    case PF_CONSENT_ONCE:
        return TRUE;
    case PF_CONSENT_SESSION:
    case PF_CONSENT_NEVER:
        return details->is_program_known;
    case PF_CONSENT_ALWAYS:
        return details->is_program_known && details->may_remember;
    case PF_CONSENT_NONE:
        break;
    }
    return FALSE;
}
