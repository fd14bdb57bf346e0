/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The PKCS#11 modules that Pinfold stands in front of, and what their logout is worth. */
#pragma once

#include "doctor.h"

/* Adds to the report. */
void pf_doctor_modules_check(PfDoctor *doctor);
