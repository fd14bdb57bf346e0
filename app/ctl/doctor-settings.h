/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Configuration files and settings. */
#pragma once

#include "doctor.h"

/* Adds to the report. */
void pf_doctor_settings_check(PfDoctor *doctor);
