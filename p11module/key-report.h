/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the private keys of a token are for: the agent keeps no PIN of one whose keys are all for
 * signatures that a person gives one by one (DESIGN 3). */
#pragma once

#include "session.h"

/* Right after a login, logged in, and before the agent can have its PIN: tells it of the keys if
 * they may be such. Once in an insertion of the token, and again when its objects have changed; a
 * token with a key that neither asks each time nor has a certificate costs no call to the agent,
 * one whose first certificate says more a single one. */
void pf_key_report_send(PfCall *call);
