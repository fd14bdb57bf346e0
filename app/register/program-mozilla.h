/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Firefox and Thunderbird: each profile's NSS database; for everybody the policies. */
#pragma once

#include "register-place.h"
#include "register-plan.h"
#include "register-target.h"

/* As PfRegisterProgram has them. */
void pf_program_mozilla_find_firefox(const PfRegisterPlace *place, PfRegisterSight *sight);

void pf_program_mozilla_find_thunderbird(const PfRegisterPlace *place, PfRegisterSight *sight);

gboolean pf_program_mozilla_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                gboolean replace, PfRegisterPlan *plan, GError **error);

gboolean pf_program_mozilla_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                   GPtrArray *replaced, PfRegisterPlan *plan, GError **error);

char *pf_program_mozilla_dup_hint(const PfRegisterPlace *place);
