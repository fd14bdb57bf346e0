/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tokens, and the state of their PINs. */
#pragma once

#include "doctor.h"

/* Adds to the report. */
void pf_doctor_tokens_check(PfDoctor *doctor);
