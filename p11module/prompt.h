/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Asking the person through the agent's dialog (DESIGN 4.12). */
#pragma once

#include "session.h"

/* Asks for the PIN of the session's domain. PREVIOUS: 0, or the lease of the last answer, which the
 * token rejected. CKR_OK: RET_LEASE holds a typed PIN and must be ended. CKR_FUNCTION_CANCELED:
 * cancelled, or nobody can be asked. */
CK_RV pf_prompt_ask(PfCall *call, const char *purpose, const char *key_label, uint64_t previous,
                    PfLease *ret_lease);

/* Sleeps until 300 ms after START (pf_window_now()): a browser that gets its answer at once leaves
 * its own dialog standing (facts: Firefox). */
void pf_prompt_hold_back(uint64_t start);
