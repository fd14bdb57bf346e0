/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Prompt answer: from a dialog to a call of Cache1, by PIN pages. */
#include "prompt-answer.h"

#include <errno.h>

#include "change-dialog.h"
#include "consent-dialog.h"
#include "pin-dialog.h"
#include "wire-names.h"

void
pf_prompt_answer_forget(PfPromptAnswer *answer)
{
    pf_pin_page_wipe(&answer->page);
    pf_pin_page_wipe(&answer->new_page);
    g_clear_pointer(&answer->call, sd_bus_slot_unref);
}

static int
make_page(PfPinPage *page, const PfSecret *secret)
{
    return secret == NULL ? 0
                          : pf_pin_page_create(page, pf_secret_get_bytes(secret),
                                               pf_secret_get_length(secret));
}

static int
take_change(PfPromptAnswer *answer, PfChangeDialog *dialog)
{
    g_auto(PfChangeSecrets) secrets = {NULL, NULL};
    if (!pf_change_dialog_take_secrets(dialog, &secrets))
        return -errno;
    int r = make_page(&answer->page, secrets.proof);
    if (r >= 0)
        r = make_page(&answer->new_page, secrets.secret);
    if (r < 0)
        pf_pin_page_wipe(&answer->page);
    return r;
}

int
pf_prompt_answer_take(PfPromptAnswer *answer, PfPromptDialog *dialog)
{
    if (PF_IS_PIN_DIALOG(dialog))
        return pf_pin_dialog_take_pin(PF_PIN_DIALOG(dialog), &answer->page);
    if (PF_IS_CHANGE_DIALOG(dialog))
        return take_change(answer, PF_CHANGE_DIALOG(dialog));
    return 0;
}

static int
send_change(PfPromptAnswer *answer, sd_bus *bus, guint64 number, sd_bus_message_handler_t done,
            gpointer user_data)
{
    if (answer->page.fd < 0)
        return sd_bus_call_method_async(bus, &answer->call, NULL, PF_WIRE_CACHE_PATH,
                                        PF_WIRE_CACHE_INTERFACE, "AnswerChange", done, user_data,
                                        "tahh", number, 0, answer->new_page.fd);
    return sd_bus_call_method_async(bus, &answer->call, NULL, PF_WIRE_CACHE_PATH,
                                    PF_WIRE_CACHE_INTERFACE, "AnswerChange", done, user_data,
                                    "tahh", number, 1, answer->page.fd, answer->new_page.fd);
}

static int
send_pin(PfPromptAnswer *answer, sd_bus *bus, PfPinDialog *dialog, sd_bus_message_handler_t done,
         gpointer user_data)
{
    const PfPinRequest *request = pf_prompt_dialog_get_request(PF_PROMPT_DIALOG(dialog));
    guint64 number = pf_pin_request_get_number(request);
    if (pf_pin_request_get_keyring(request) == PF_PIN_KEYRING_NONE)
        return sd_bus_call_method_async(bus, &answer->call, NULL, PF_WIRE_CACHE_PATH,
                                        PF_WIRE_CACHE_INTERFACE, "AnswerPin", done, user_data, "th",
                                        number, answer->page.fd);
    return sd_bus_call_method_async(bus, &answer->call, NULL, PF_WIRE_CACHE_PATH,
                                    PF_WIRE_CACHE_INTERFACE, "AnswerPinWith", done, user_data,
                                    "tha{sv}", number, answer->page.fd, 1, "remember", "b",
                                    (int)pf_pin_dialog_remembers(dialog));
}

int
pf_prompt_answer_send(PfPromptAnswer *answer, PfPrompterBus *prompter_bus, PfPromptDialog *dialog,
                      sd_bus_message_handler_t done, gpointer user_data)
{
    const PfPinRequest *request = pf_prompt_dialog_get_request(dialog);
    sd_bus *bus = pf_prompter_bus_get(prompter_bus);
    guint64 number = pf_pin_request_get_number(request);
    if (bus == NULL)
        return -ENOTCONN;
    switch (pf_pin_request_get_kind(request)) {
    case PF_PIN_REQUEST_PIN:
        return send_pin(answer, bus, PF_PIN_DIALOG(dialog), done, user_data);
    case PF_PIN_REQUEST_CONFIRM:
        return sd_bus_call_method_async(bus, &answer->call, NULL, PF_WIRE_CACHE_PATH,
                                        PF_WIRE_CACHE_INTERFACE, "AnswerConfirm", done, user_data,
                                        "t", number);
    case PF_PIN_REQUEST_CHANGE:
        return send_change(answer, bus, number, done, user_data);
    case PF_PIN_REQUEST_CONSENT:
        return pf_prompter_bus_answer_consent(prompter_bus, &answer->call, number,
                                              pf_consent_dialog_get_decision(
                                                  PF_CONSENT_DIALOG(dialog)),
                                              done, user_data);
    }
    return -EINVAL;
}
