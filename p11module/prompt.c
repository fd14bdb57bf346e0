/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Asking the person, and not answering faster than a browser can stand. */
#include "prompt.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "window.h"

#define SHORTEST_ANSWER_MS 300u

bool
pf_prompt_is_offered(PfSlot *slot)
{
    pthread_mutex_lock(&slot->lock);
    bool is_offered = slot->shows_protected_path && !slot->has_pinpad;
    pthread_mutex_unlock(&slot->lock);
    return is_offered;
}

static PfPromptDetails
get_details(PfSlot *slot, const PfPromptAbout *about)
{
    /* A software token's slot is no reader that a person could look at. */
    return (PfPromptDetails){.purpose = about->purpose,
                             .operation = about->operation,
                             .slot_description =
                                 slot->is_hardware ? pf_slot_get_description(slot) : NULL,
                             .key_label = about->key_label,
                             .min_len = slot->min_pin,
                             .max_len = slot->max_pin,
                             .token_flags = pf_slot_read_flags(slot)};
}

/* Why there is no PIN: what was not even asked, the person has not declined. */
static CK_RV
get_refusal(PfLinkStatus status)
{
    return status == PF_LINK_REFUSED || status == PF_LINK_UNAVAILABLE ? CKR_USER_NOT_LOGGED_IN
                                                                      : CKR_FUNCTION_CANCELED;
}

CK_RV
pf_prompt_ask(PfCall *call, const PfPromptAbout *about, uint64_t previous, PfLease *ret_lease)
{
    PfDomainRef ref;
    PfTokenId token;
    PfLease lease = {0};
    PfSlot *slot = call->slot;
    if (call->module->link == NULL)
        return CKR_FUNCTION_CANCELED;
    pf_domain_get_ref_and_token(call->session->domain, &ref, &token);
    PfPromptDetails details = get_details(slot, about);
    pf_slot_leave(slot);
    PfLinkStatus status =
        pf_agent_link_prompt(call->module->link, &ref, previous, &details, &lease);
    pf_slot_enter(slot, call->session->handle);
    if (status == PF_LINK_LOGGED_IN && strcmp(about->purpose, "login") == 0)
        return CKR_USER_ALREADY_LOGGED_IN;
    if (status != PF_LINK_OK)
        return get_refusal(status);
    *ret_lease = lease;
    ret_lease->token = token;
    return CKR_OK;
}

CK_RV
pf_prompt_ask_change(PfCall *call, const PfPromptAbout *about, uint64_t previous,
                     PfChangeLease *ret_lease)
{
    PfDomainRef ref;
    PfTokenId token;
    PfChangeLease lease = {0};
    PfSlot *slot = call->slot;
    if (call->module->link == NULL || !pf_agent_link_contact(call->module->link, true))
        return CKR_FUNCTION_CANCELED;
    pf_domain_get_ref_and_token(call->session->domain, &ref, &token);
    PfPromptDetails details = get_details(slot, about);
    pf_slot_leave(slot);
    PfLinkStatus status =
        pf_agent_link_prompt_change(call->module->link, &ref, previous, &details, &lease);
    pf_slot_enter(slot, call->session->handle);
    if (status != PF_LINK_OK)
        return CKR_FUNCTION_CANCELED;
    *ret_lease = lease;
    ret_lease->token = token;
    return CKR_OK;
}

CK_RV
pf_prompt_confirm_try(PfCall *call, const char *operation)
{
    PfDomainRef ref;
    PfSlot *slot = call->slot;
    const PfPromptAbout about = {.purpose = "last-try", .operation = operation};
    if (slot->has_pinpad || !pf_domain_prepare(call->module, call->session->domain))
        return CKR_OK;
    pf_domain_get_ref(call->session->domain, &ref);
    PfPromptDetails details = get_details(slot, &about);
    pf_slot_leave(slot);
    PfLinkStatus status = pf_agent_link_confirm_try(call->module->link, &ref, &details);
    pf_slot_enter(slot, call->session->handle);
    return status == PF_LINK_CANCELED ? CKR_FUNCTION_CANCELED : CKR_OK;
}

CK_RV
pf_prompt_get_answer(CK_RV rv)
{
    switch (rv) {
    case CKR_OK:
    case CKR_FUNCTION_CANCELED:
    case CKR_USER_ALREADY_LOGGED_IN:
    case CKR_USER_ANOTHER_ALREADY_LOGGED_IN:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
    case CKR_DEVICE_ERROR:
    case CKR_DEVICE_MEMORY:
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
        return rv;
    default:
        return CKR_FUNCTION_CANCELED;
    }
}

void
pf_prompt_hold_back(uint64_t start)
{
    uint64_t until = start + SHORTEST_ANSWER_MS;
    struct timespec at = {.tv_sec = (time_t)(until / 1000),
                          .tv_nsec = (long)(until % 1000) * 1000000};
    while (pf_window_now() < until &&
           clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        continue;
}
