/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What GetStatus returns, built from what the agent knows of PINs, tokens and readers. */
#pragma once

#include <gio/gio.h>

#include "cache.h"
#include "pin-tries.h"
#include "token-registry.h"

/* A floating a{sv}, as the XML of Agent1.GetStatus says. */
GVariant *pf_control_status_build(PfCache *cache, PfTokenRegistry *registry, PfPcscWatcher *watcher,
                                  PfPinTries *tries);

/* The name of a cache mode in settings and status. */
const char *pf_control_status_get_mode_name(PfCacheMode mode);
