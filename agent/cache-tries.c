/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: the last try of a PIN that a program gives itself is the person's (DESIGN 6). */
#include <gio/gio.h>

#include "cache-error.h"
#include "cache-private.h"
#include "process-policy.h"

/* Is it the last one, as far as the module or anybody else has seen? */
static gboolean
is_last_try(PfCache *self, const char *token, const PfPromptArg *arg)
{
    if (g_strcmp0(arg->operation, "officer") == 0)
        return (arg->token_flags & CKF_SO_PIN_FINAL_TRY) != 0;
    if ((arg->token_flags & CKF_USER_PIN_LOCKED) != 0)
        return FALSE; /* there is none */
    return ((arg->token_flags | pf_pin_warnings_get(self->warnings, token)) &
            CKF_USER_PIN_FINAL_TRY) != 0;
}

/* Would the person at CONTEXT's program see a dialog? */
static gboolean
can_be_asked(PfCache *self, PfProcessContext *context)
{
    PfProcessFacts facts;
    pf_process_policy_find_facts(context->identity, self->config, pf_cache_has_display(self),
                                 &facts);
    return pf_process_policy_can_be_asked(&facts);
}

void
pf_cache_use_confirmed_try(PfCache *self, PfLeaseRequest *request)
{
    g_ptr_array_remove_fast(self->prompting, request);
    pf_prompt_broker_close(self->broker, g_steal_pointer(&request->prompt), "accepted");
    request->call.answer(request->call.data, NULL, NULL);
    pf_lease_request_free(request);
    pf_cache_update_waiting_timer(self);
}

static void
ask(PfCache *self, PfProcessContext *context, gpointer connection, unsigned entry,
    const PfPromptArg *arg, const PfLeaseCall *call)
{
    PfHistoryUse use;
    const char *token = pf_process_context_get_domain(context, entry)->token;
    g_debug("The person is asked about a last try of process %d", (int)context->identity->pid);
    pf_history_use_init(&use, arg->operation, NULL);
    PfLeaseRequest *request = pf_lease_request_new(context, connection, entry, &use, call);
    PfDialogDetails *details = pf_cache_make_details(context, token, arg);
    request->cache = self;
    request->is_for_login = FALSE;
    request->may_store = FALSE;
    request->is_try = TRUE;
    details->kind = PF_DIALOG_TRY;
    details->token_flags |= pf_pin_warnings_get(self->warnings, token);
    pf_cache_ask(self, request, details);
    pf_cache_update_waiting_timer(self);
}

void
pf_cache_confirm_try(PfCache *self, PfProcessContext *context, gpointer connection,
                     const PfCacheDomainArg *domain, const PfPromptArg *details,
                     const PfLeaseCall *call)
{
    g_autoptr(GError) error = NULL;
    const char *message = NULL;
    int entry = pf_cache_find_entry(self, context, domain, &error);
    if (entry < 0 || self->mode == PF_CACHE_MODE_OFF ||
        !is_last_try(self, domain->token, details) || !can_be_asked(self, context)) {
        call->answer(call->data, NULL, error);
        return;
    }
    /* Whatever the reason is: a try that nobody has agreed to is not spent. */
    if (pf_cache_find_prompt_refusal(self, context, domain->token, TRUE, FALSE, &message) >= 0) {
        g_set_error_literal(&error, PF_CACHE_ERROR, PF_CACHE_ERROR_CANCELED, message);
        call->answer(call->data, NULL, error);
        return;
    }
    ask(self, context, connection, (unsigned)entry, details, call);
}
