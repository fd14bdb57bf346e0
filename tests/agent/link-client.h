/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the commands of link-client work on; each prints one line of answer. */
#pragma once

#include "agent-link.h"

extern PfAgentLink *pf_client_link;
extern uint64_t pf_client_epoch; /* of the last "contact" */

PfDomainRef pf_client_read_domain(char **args);
unsigned pf_client_read_number(const char *text);

void pf_crowd_fork_holder(char **args);
void pf_crowd_fork_client(char **args);
_Noreturn void pf_crowd_exec(char **args);
void pf_crowd_cycle(char **args);
void pf_crowd_lives(char **args);
void pf_crowd_threads(char **args);
void pf_crowd_prompt_many(char **args);
void pf_crowd_prompt_beside(char **args);
void pf_crowd_join_beside(char **args);
void pf_crowd_work(char **args);
