/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheTimers: PINs that were not used, or are held, for too long (DESIGN 7).
 *
 * Part of PfCache. Nothing wakes up while no PIN is held or no timeout is set. */
#pragma once

#include "agent-settings.h"
#include "cache.h"
#include "login-domain.h"

typedef struct PfCacheTimers PfCacheTimers;

/* Follows CACHE, which owns it, and SETTINGS. */
PfCacheTimers *pf_cache_timers_new(PfCache *cache, PfAgentSettings *settings, GError **error);

/* Seconds until DOMAIN's PIN is forgotten if nobody uses it, begun ones included; -1: never, or
 * there is none. */
gint64 pf_cache_timers_get_expiry_s(PfCacheTimers *timers, const PfLoginDomain *domain);

/* NULL is fine. */
void pf_cache_timers_free(PfCacheTimers *timers);
