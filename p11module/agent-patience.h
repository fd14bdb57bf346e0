/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How long one call of the host may wait for an agent that gives no sign of life (DESIGN 4.14): the
 * time is shared by all that the call asks of the agent. Per thread; an agent that is silent, then
 * answers, then is silent again costs no more than one that says nothing. */
#pragma once

#include <stdint.h>

/* A call of the host begins, or a turn of a thread of the module's own. */
void pf_agent_patience_begin(void);

/* What is left, in µs; never nothing, for an agent that is well answers in less. */
uint64_t pf_agent_patience_left(void);

/* It was silent for so long, in µs. Short waits, as every answer takes, do not count. */
void pf_agent_patience_spend(uint64_t silence_us);
