/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfoldctl login and logout: an application ID's login that no program has to hold open. */
#pragma once

#include "ctl-exit.h"

/* ARGV begins with the command's name. Print the result, or the error. */
PfCtlExit pf_ctl_login_run(int argc, char **argv);
PfCtlExit pf_ctl_login_run_logout(int argc, char **argv);
