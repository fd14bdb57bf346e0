/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentStarter: asks the session bus to start the agent, without waiting for it. */
#pragma once

#include <stdint.h>

typedef struct PfAgentStarter PfAgentStarter;

/* Sends StartServiceByName on a bus connection of its own. NULL when there is no session bus to
 * ask, or the process is setuid and its environment not its own. */
PfAgentStarter *pf_agent_starter_new(void);

/* Lets the bus work for at most WAIT_US. Returns 0 while the answer is outstanding or when it was
 * yes, or -errno when the bus refused or is gone. */
int pf_agent_starter_pump(PfAgentStarter *starter, uint64_t wait_us);

/* NULL is fine. */
void pf_agent_starter_free(PfAgentStarter *starter);
