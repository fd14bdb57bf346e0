/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Asking the person, and not answering faster than a browser can stand. */
#include "prompt.h"

#include <errno.h>
#include <time.h>

#include "window.h"

#define SHORTEST_ANSWER_MS 300u

CK_RV
pf_prompt_ask(PfCall *call, const char *purpose, const char *key_label, uint64_t previous,
              PfLease *ret_lease)
{
    PfDomainRef ref;
    PfLease lease = {0};
    PfSlot *slot = call->slot;
    if (call->module->link == NULL)
        return CKR_FUNCTION_CANCELED;
    pf_domain_get_ref(call->session->domain, &ref);
    /* A software token's slot is no reader that a person could look at. */
    PfPromptDetails details = {.purpose = purpose,
                               .slot_description = slot->is_hardware ? slot->description : NULL,
                               .key_label = key_label,
                               .min_len = slot->min_pin,
                               .max_len = slot->max_pin,
                               .token_flags = pf_slot_read_flags(slot)};
    if (pf_agent_link_prompt(call->module->link, &ref, previous, &details, &lease) != PF_LINK_OK)
        return CKR_FUNCTION_CANCELED;
    *ret_lease = lease;
    return CKR_OK;
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
