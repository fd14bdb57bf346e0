/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The card service, its readers, and the cards in them. */
#pragma once

#include "doctor.h"

/* Adds to the report. */
void pf_doctor_readers_check(PfDoctor *doctor);
