/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentPeriphery: readers, tokens and the control interface, put around a cache. */
#pragma once

#include "cache.h"
#include "prompt-broker.h"

typedef struct PfAgentPeriphery PfAgentPeriphery;

/* Starts watching readers, reading tokens and serving the session bus. CACHE and BROKER must live
 * longer. Main thread. */
PfAgentPeriphery *pf_agent_periphery_new(PfCache *cache, PfPromptBroker *broker);

/* Stops all of it, after sending the signals that are due. NULL is fine. */
void pf_agent_periphery_free(PfAgentPeriphery *periphery);
