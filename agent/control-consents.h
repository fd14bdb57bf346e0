/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Agent1's part on consent: shows and revokes what the person has decided, never grants. */
#pragma once

#include "cache.h"
#include "pf-agent-dbus.h"

/* Serves ListConsents and RevokeConsent of SKELETON from CACHE, and sends ConsentsChanged, as long
 * as both live. Who may call is the skeleton's affair. */
void pf_control_consents_connect(PfDBusAgent1 *skeleton, PfCache *cache);
