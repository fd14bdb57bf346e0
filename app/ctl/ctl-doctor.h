/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfoldctl doctor: checks everything from reader to program and says what to do. */
#pragma once

#include "ctl-exit.h"

/* ARGV begins with the command's name. Prints its result, or the error. */
PfCtlExit pf_ctl_doctor_run(int argc, char **argv);
