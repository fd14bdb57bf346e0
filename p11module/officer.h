/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Logins of a security officer: the backend's own, never cached, under the rules that sessions of
 * one application have, over all processes of an ID (DESIGN 4.10). */
#pragma once

#include "session.h"

/* Makes the backend's login, by whatever function has it; DATA is its own. */
typedef CK_RV (*PfOfficerPresent)(PfCall *call, const void *data);

/* C_Login and C_LoginUser with CKU_SO (PKCS#11 2.40, 5.6). The backend knows neither of virtual
 * logins nor of other processes: what these forbid is answered without presenting anything. Trouble
 * with the agent is none of the officer's. HAS_PIN: the host gave one. */
CK_RV pf_officer_login(PfCall *call, PfOfficerPresent present, const void *data, bool has_pin);

/* Ends the backend's login when the officer's ID has no session left in this process, though others
 * have: to the backend they are one application. */
void pf_officer_log_out(PfSlot *slot);
