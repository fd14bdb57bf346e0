/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the logout of a PKCS#11 module is worth, as far as it was measured (DESIGN 6). */
#pragma once

#include "doctor.h"

/* Adds to the report what is known of MODULE, one of the helper's that work; nothing where none of
 * its tokens needs a login. */
void pf_doctor_logout_check(PfDoctor *doctor, JsonObject *module);
