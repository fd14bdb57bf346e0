/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The private socket, by which programs reach the agent. */
#pragma once

#include "doctor.h"

/* Adds to the report. */
void pf_doctor_socket_check(PfDoctor *doctor);
