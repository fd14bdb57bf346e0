/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Agent1's part on the keyring: lists and removes stored PINs, never stores or shows one. */
#pragma once

#include "cache.h"
#include "pf-agent-dbus.h"

/* Serves ListStoredPins and RemoveStoredPin of SKELETON, and sends StoredPinsChanged, as long as
 * SKELETON and CACHE live. Who may call is the skeleton's affair. */
void pf_control_keyring_connect(PfDBusAgent1 *skeleton, PfCache *cache);
