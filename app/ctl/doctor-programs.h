/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The last link: the programs that are to use Pinfold's module, and the module itself. */
#pragma once

#include "doctor.h"

/* Adds to the report. */
void pf_doctor_programs_check(PfDoctor *doctor);
