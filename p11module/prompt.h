/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Asking the person through the agent's dialog (DESIGN 4.12). */
#pragma once

#include "session.h"

/* What a dialog is for; strings are borrowed. */
typedef struct {
    const char *purpose;   /* login, wake, context; of a PIN change: change, set */
    const char *key_label; /* NULL: no key is meant, or it has no name */
    const char *operation; /* context and wake: sign, decrypt, … */
} PfPromptAbout;

/* Was the host told that it need not give PINs on this token, because Pinfold's dialog asks for
 * them? */
bool pf_prompt_is_offered(PfSlot *slot);

/* Asks for the PIN of the session's domain. PREVIOUS: 0, or the lease of the last answer, which the
 * token rejected. CKR_OK: RET_LEASE holds a typed PIN, or for purpose context perhaps a cached one,
 * and must be ended. CKR_FUNCTION_CANCELED: cancelled, or nobody can be asked.
 * CKR_USER_NOT_LOGGED_IN: not asked, as where the process asks too much already.
 * CKR_USER_ALREADY_LOGGED_IN, for purpose login only: the person let the session into a login that
 * is there, and there is no lease. The call does not count as one on the slot meanwhile. */
CK_RV pf_prompt_ask(PfCall *call, const PfPromptAbout *about, uint64_t previous,
                    PfLease *ret_lease);

/* The same for a new PIN, with the present one where one is to be proven. */
CK_RV pf_prompt_ask_change(PfCall *call, const PfPromptAbout *about, uint64_t previous,
                           PfChangeLease *ret_lease);

/* Before a PIN of the host's is presented for OPERATION (login, context, change, officer): on the
 * last try the person is asked, where that is possible, whether it is to be spent. CKR_OK, or
 * CKR_FUNCTION_CANCELED. No window of the call's may be open, and the call does not count as one on
 * the slot meanwhile. */
CK_RV pf_prompt_confirm_try(PfCall *call, const char *operation);

/* What may come out of a login without a PIN, for RV: a wrong PIN would make browsers ask for ever
 * (DESIGN 4.12). */
CK_RV pf_prompt_get_answer(CK_RV rv);

/* Sleeps until 300 ms after START (pf_window_now()): a browser that gets its answer at once leaves
 * its own dialog standing (facts: Firefox). */
void pf_prompt_hold_back(uint64_t start);
