/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* OpenSSL: a configuration with its PKCS#11 engine or provider, for OPENSSL_CONF. */
#pragma once

#include "register-place.h"
#include "register-plan.h"
#include "register-target.h"

/* As PfRegisterProgram has them; it is removed as every snippet file is. */
void pf_program_openssl_find(const PfRegisterPlace *place, PfRegisterSight *sight);

gboolean pf_program_openssl_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                gboolean replace, PfRegisterPlan *plan, GError **error);

char *pf_program_openssl_dup_hint(const PfRegisterPlace *place);
