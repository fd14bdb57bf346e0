/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The patience of one call of the host with the agent. */
#include "agent-patience.h"

#include "wire-names.h"

#define PATIENCE_US (PF_WIRE_SILENCE_LIMIT_S * UINT64_C(1000000))
/* What an answer may take in any case. */
#define LEAST_US UINT64_C(100000)
/* A wait that tells of nothing. */
#define SHORT_US UINT64_C(20000)

static _Thread_local uint64_t spent_us;

atomic_bool pf_agent_patience_was_spent;

void
pf_agent_patience_renew(void)
{
    spent_us = 0;
}

uint64_t
pf_agent_patience_left(void)
{
    return spent_us + LEAST_US < PATIENCE_US ? PATIENCE_US - spent_us : LEAST_US;
}

void
pf_agent_patience_spend(uint64_t silence_us)
{
    if (silence_us < SHORT_US)
        return;
    spent_us += silence_us;
    atomic_store_explicit(&pf_agent_patience_was_spent, true, memory_order_relaxed);
}
