/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How long one call of the host may wait for an agent that gives no sign of life (DESIGN 4.14): the
 * time is shared by all that the call asks of the agent. Per thread; an agent that is silent, then
 * answers, then is silent again costs no more than one that says nothing. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Has any thread ever spent some? As long as none has, a call touches no memory of its thread's. */
extern atomic_bool pf_agent_patience_was_spent;
void pf_agent_patience_renew(void);

/* A call of the host begins, or a turn of a thread of the module's own. */
static inline void
pf_agent_patience_begin(void)
{
    if (atomic_load_explicit(&pf_agent_patience_was_spent, memory_order_relaxed))
        pf_agent_patience_renew();
}

/* What is left, in µs; never nothing, for an agent that is well answers in less. */
uint64_t pf_agent_patience_left(void);

/* It was silent for so long, in µs. Short waits, as every answer takes, do not count. */
void pf_agent_patience_spend(uint64_t silence_us);
