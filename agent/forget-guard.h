/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfForgetGuard: what happens to the desktop session, and the settings that say whether PINs are
 * forgotten by it. */
#pragma once

#include "agent-settings.h"
#include "cache.h"
#include "card-reset.h"
#include "session-watcher.h"

typedef struct PfForgetGuard PfForgetGuard;

/* All four must live longer. */
PfForgetGuard *pf_forget_guard_new(PfCache *cache, PfAgentSettings *settings,
                                   PfSessionWatcher *watcher, PfCardReset *reset);

/* NULL is fine. */
void pf_forget_guard_free(PfForgetGuard *guard);
