/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPromptBroker: what the prompter answers, and whether it may. */
#include "cache-error.h"
#include "pin-rules.h"
#include "prompt-broker-private.h"

static gboolean
check_prompter(PfPromptBroker *self, sd_bus *bus, GError **error)
{
    if (self->bus != NULL && self->bus == bus)
        return TRUE;
    g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_ACCESS_DENIED, "Not the prompter");
    return FALSE;
}

/* The open prompt that the prompter means by REQUEST. */
static PfPrompt *
find_open(PfPromptBroker *self, sd_bus *bus, guint64 request, GError **error)
{
    PfPrompt *prompt = g_queue_peek_head(&self->prompts);
    if (!check_prompter(self, bus, error))
        return NULL;
    if (prompt == NULL || prompt->state != PF_PROMPT_STATE_OPEN || prompt->request != request) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NO_REQUEST,
                            "No such request is open");
        return NULL;
    }
    return prompt;
}

/* The open prompt, if what it asks is answered by an answer to KIND. */
static PfPrompt *
find_asking(PfPromptBroker *self, sd_bus *bus, guint64 request, PfDialogKind kind, GError **error)
{
    PfPrompt *prompt = find_open(self, bus, request, error);
    if (prompt != NULL && prompt->details->kind != kind) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_NO_REQUEST,
                            "The request is of another kind");
        return NULL;
    }
    return prompt;
}

static void
take_answer(PfPrompt *prompt, PfSecret *pin, PfSecret *new_pin)
{
    prompt->state = PF_PROMPT_STATE_ANSWERED;
    g_clear_handle_id(&prompt->broker->dialog_timeout, g_source_remove);
    prompt->func(prompt, PF_PROMPT_ANSWERED, pin, new_pin, prompt->user_data);
}

/* Can PIN be one of the prompt's token? */
static gboolean
check_form(const PfPrompt *prompt, const PfSecret *pin, guint32 min_len, GError **error)
{
    if (pf_pin_rule_check_typed(pf_secret_get_bytes(pin), pf_secret_get_length(pin), min_len,
                                prompt->details->max_len) == PF_PIN_LENGTH_OK)
        return TRUE;
    g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_PIN_LENGTH,
                        "The token does not take a PIN of this form");
    return FALSE;
}

gboolean
pf_prompt_broker_answer(PfPromptBroker *self, sd_bus *bus, guint64 request, PfSecret *pin,
                        PfRemember remember, GError **error)
{
    PF_AUTO_SECRET owned = pin;
    PfPrompt *prompt = find_asking(self, bus, request, PF_DIALOG_PIN, error);
    if (prompt == NULL || !check_form(prompt, pin, prompt->details->min_len, error))
        return FALSE;
    prompt->remember =
        prompt->details->keyring != PF_KEYRING_OFFER_NONE ? remember : PF_REMEMBER_UNSAID;
    take_answer(prompt, g_steal_pointer(&owned), NULL);
    return TRUE;
}

gboolean
pf_prompt_broker_confirm(PfPromptBroker *self, sd_bus *bus, guint64 request, GError **error)
{
    PfPrompt *prompt = find_open(self, bus, request, error);
    if (prompt == NULL)
        return FALSE;
    if (prompt->details->kind != PF_DIALOG_TRY &&
        find_asking(self, bus, request, PF_DIALOG_CONFIRM, error) == NULL)
        return FALSE;
    take_answer(prompt, NULL, NULL);
    return TRUE;
}

gboolean
pf_prompt_broker_answer_change(PfPromptBroker *self, sd_bus *bus, guint64 request, PfSecret *pin,
                               PfSecret *new_pin, GError **error)
{
    PF_AUTO_SECRET owned = pin;
    PF_AUTO_SECRET owned_new = new_pin;
    PfDialogKind kind = pin != NULL ? PF_DIALOG_CHANGE : PF_DIALOG_SET;
    PfPrompt *prompt = find_asking(self, bus, request, kind, error);
    /* The PIN that a card was delivered with can be shorter than any that it takes later. */
    if (prompt == NULL || (pin != NULL && !check_form(prompt, pin, 0, error)) ||
        !check_form(prompt, new_pin, prompt->details->min_len, error))
        return FALSE;
    take_answer(prompt, g_steal_pointer(&owned), g_steal_pointer(&owned_new));
    return TRUE;
}

gboolean
pf_prompt_broker_answer_consent(PfPromptBroker *self, sd_bus *bus, guint64 request,
                                PfConsentDecision decision, GError **error)
{
    if (!check_prompter(self, bus, error))
        return FALSE;
    if (pf_consent_offers_has_request(self->offers, request))
        return pf_consent_offers_answer(self->offers, request, decision, error);
    PfPrompt *prompt = find_asking(self, bus, request, PF_DIALOG_CONSENT, error);
    if (prompt == NULL)
        return FALSE;
    if (!pf_dialog_details_take_decision(prompt->details, decision)) {
        g_set_error_literal(error, PF_CACHE_ERROR, PF_CACHE_ERROR_INVALID_ARGS,
                            "That was not offered");
        return FALSE;
    }
    prompt->decision = decision;
    take_answer(prompt, NULL, NULL);
    return TRUE;
}

gboolean
pf_prompt_broker_cancel(PfPromptBroker *self, sd_bus *bus, guint64 request, GError **error)
{
    if (!check_prompter(self, bus, error))
        return FALSE;
    if (pf_consent_offers_has_request(self->offers, request)) {
        pf_consent_offers_dismiss(self->offers, request);
        return TRUE;
    }
    PfPrompt *prompt = find_open(self, bus, request, error);
    if (prompt == NULL)
        return FALSE;
    pf_prompt_broker_conclude(prompt, PF_PROMPT_CANCELED);
    return TRUE;
}
