/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The policies of Firefox and Thunderbird: policies.json, of which SecurityDevices is changed. */
#pragma once

#include "register-place.h"
#include "register-plan.h"
#include "register-target.h"

/* Makes TARGET of the policies at PATH; where that file is not there, FALLBACK (NULL for none) is
 * the one that it will stand in front of. */
PfRegisterTarget *pf_mozilla_policies_look(const PfRegisterPlace *place, const char *path,
                                           const char *fallback);

/* Steps as PfRegisterProgram has them. */
gboolean pf_mozilla_policies_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                 gboolean replace, PfRegisterPlan *plan, GError **error);

gboolean pf_mozilla_policies_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                    GPtrArray *replaced, PfRegisterPlan *plan, GError **error);
