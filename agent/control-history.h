/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfControlHistory: GetHistory and HistoryChanged. */
#pragma once

#include "cache.h"
#include "pf-agent-dbus.h"

typedef struct PfControlHistory PfControlHistory;

/* Both must live longer. */
PfControlHistory *pf_control_history_new(PfDBusAgent1 *skeleton, PfCache *cache);

/* Says nothing any more. */
void pf_control_history_stop(PfControlHistory *self);

/* NULL is fine. */
void pf_control_history_free(PfControlHistory *self);
