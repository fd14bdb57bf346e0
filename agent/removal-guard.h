/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRemovalGuard: after a card came out, no PIN stays that may have been that card's (DESIGN 7). */
#pragma once

#include "cache.h"
#include "token-registry.h"

/* Connects REGISTRY to CACHE, in both directions, for as long as both live: tokens that are gone
 * are told to the cache with what the helper has read of the others, and what modules report to the
 * registry. Main thread. */
void pf_removal_guard_connect(PfCache *cache, PfTokenRegistry *registry);
