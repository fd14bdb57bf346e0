/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Agent1's part on tokens that the app changes: what the agent knows of them is old then. */
#pragma once

#include "cache.h"
#include "pf-agent-dbus.h"
#include "token-registry.h"

typedef struct PfControlTokens PfControlTokens;

/* Serves BeginTokenChange and NoteTokenChange of SKELETON until pf_control_tokens_free(). */
PfControlTokens *pf_control_tokens_new(PfDBusAgent1 *skeleton, PfCache *cache,
                                       PfTokenRegistry *registry);

/* The process that is the agent's prompter, and alone may begin a change; 0: none is. */
void pf_control_tokens_set_prompter(PfControlTokens *self, pid_t pid);

/* Calls that still wait are answered. NULL is fine. */
void pf_control_tokens_free(PfControlTokens *self);
