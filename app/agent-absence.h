/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Why there is no agent to speak of, in words. */
#pragma once

#include "agent-model.h"

/* In plain words; static, or NULL where the agent has answered. */
const char *pf_agent_absence_get_words(PfAgentModel *model);
