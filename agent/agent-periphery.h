/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentPeriphery: readers, tokens, the desktop session and the control interface, put around a
 * cache. */
#pragma once

#include "agent-settings.h"
#include "cache.h"
#include "prompt-broker.h"

typedef struct PfAgentPeriphery PfAgentPeriphery;

/* Starts watching readers and the desktop session, reading tokens and serving the session bus. All
 * three must live longer. Main thread. */
PfAgentPeriphery *pf_agent_periphery_new(PfCache *cache, PfAgentSettings *settings,
                                         PfPromptBroker *broker);

/* Stops all of it, after sending the signals that are due. NULL is fine. */
void pf_agent_periphery_free(PfAgentPeriphery *periphery);
