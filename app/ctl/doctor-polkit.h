/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Whether polkit lets this person at cards, where pcscd asks it. */
#pragma once

#include "doctor.h"

/* Adds to the report; nothing where polkit cannot be asked. */
void pf_doctor_polkit_check(PfDoctor *doctor);
