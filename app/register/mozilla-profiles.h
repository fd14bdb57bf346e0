/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The profiles of Firefox and Thunderbird, as profiles.ini lists them. */
#pragma once

#include "register-place.h"
#include "register-target.h"

/* The profiles of the profiles.ini in FOLDER become targets: their NSS databases, and whether the
 * program has one open. Nothing where there is no such file. */
void pf_mozilla_profiles_add(const PfRegisterPlace *place, const char *folder,
                             PfRegisterSight *sight);
