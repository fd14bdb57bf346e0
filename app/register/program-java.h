/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Java: a configuration of SunPKCS11, for -providerArg. */
#pragma once

#include "register-place.h"
#include "register-plan.h"
#include "register-target.h"

/* As PfRegisterProgram has them; it is removed as every snippet file is. */
void pf_program_java_find(const PfRegisterPlace *place, PfRegisterSight *sight);

gboolean pf_program_java_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                             gboolean replace, PfRegisterPlan *plan, GError **error);

char *pf_program_java_dup_hint(const PfRegisterPlace *place);
