/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The app, which asks for PINs, and the panel that shows its icon. */
#pragma once

#include "doctor.h"

/* Adds to the report. */
void pf_doctor_app_check(PfDoctor *doctor);
