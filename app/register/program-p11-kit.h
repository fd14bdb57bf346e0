/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Programs that find modules through p11-kit: a file in its folder of modules. */
#pragma once

#include "register-place.h"
#include "register-plan.h"
#include "register-target.h"

/* As PfRegisterProgram has them. */
void pf_program_p11_kit_find(const PfRegisterPlace *place, PfRegisterSight *sight);

gboolean pf_program_p11_kit_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                gboolean replace, PfRegisterPlan *plan, GError **error);

gboolean pf_program_p11_kit_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                   GPtrArray *replaced, PfRegisterPlan *plan, GError **error);
