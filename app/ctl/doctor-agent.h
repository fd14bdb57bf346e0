/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The agent: whether it can be started, answers, and what it finds itself. */
#pragma once

#include "doctor.h"

/* Adds to the report. */
void pf_doctor_agent_check(PfDoctor *doctor);
