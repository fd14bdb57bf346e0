/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A database of NSS, as Firefox and Thunderbird have in each profile and Chromium in the home
 * directory. Its list of modules is pkcs11.txt; NSS's own modutil changes it. */
#pragma once

#include "register-place.h"
#include "register-plan.h"
#include "register-target.h"

/* The list in FOLDER's database: what it says of Pinfold and of doubles goes into TARGET, and what
 * hinders changing it. */
void pf_nss_database_look(const PfRegisterPlace *place, const char *folder,
                          PfRegisterTarget *target);

/* Steps as PfRegisterProgram has them. */
gboolean pf_nss_database_add(const PfRegisterPlace *place, const PfRegisterTarget *target,
                             gboolean replace, PfRegisterPlan *plan, GError **error);

gboolean pf_nss_database_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                GPtrArray *replaced, PfRegisterPlan *plan, GError **error);
