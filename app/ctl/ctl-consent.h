/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfoldctl consent list and revoke: which programs may use logins that others made. */
#pragma once

#include "ctl-exit.h"

/* ARGV begins with the command's name. Prints the result, or the error. */
PfCtlExit pf_ctl_consent_run(int argc, char **argv);
