/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Presentations: PINs that go to the token (DESIGN 6). Every C_Login of a backend is here. */
#pragma once

#include "session.h"
#include "snapshot.h"

/* Why there is no cached PIN to present. */
typedef enum {
    PF_PIN_LACK_LOGIN,  /* the login has ended */
    PF_PIN_LACK_ASLEEP, /* a person may give it (DESIGN 4.7) */
    PF_PIN_LACK_TURN,   /* another thread has it by a dialog, and waits for the caller's slot */
} PfPinLack;

/* The backend's C_Login in the call's session, with a PIN that the host gave. */
CK_RV pf_presentation_of_host(PfCall *call, CK_USER_TYPE type, const CK_BYTE *pin,
                              CK_ULONG pin_len);

/* Presents a leased PIN to the token it is for, right after looking whether that is still the one
 * in the slot, and ends the lease; the PIN is wiped. One that a person gave just now may use the
 * last try; a cached PIN may not (CKR_USER_NOT_LOGGED_IN). For CKU_USER the slot is taken.
 * RET_CACHED and RET_SNAPSHOT (of a login that began) may be NULL. */
CK_RV pf_presentation_of_lease(PfCall *call, CK_USER_TYPE type, PfLease *lease, bool *ret_cached,
                               PfSnapshot **ret_snapshot);

/* Takes the domain's cached PIN and presents it for a window, as above; a token that is no card is
 * looked at while the agent is on its way. CKR_USER_NOT_LOGGED_IN without a PIN; RET_LACK then says
 * why. */
CK_RV pf_presentation_of_cached(PfCall *call, const PfUse *use, PfPinLack *ret_lack);

/* Gives a lease back unused; the PIN is wiped. An empty lease is fine. */
void pf_presentation_drop_lease(PfCall *call, PfLease *lease);

/* Tells the agent that the token refused a PIN that the host gave. */
void pf_presentation_report_rejected(PfCall *call);
