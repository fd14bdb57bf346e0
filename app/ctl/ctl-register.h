/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The commands register and unregister: programs that are to use Pinfold's module. */
#pragma once

#include "ctl-exit.h"

PfCtlExit pf_ctl_register_run(int argc, char **argv);

PfCtlExit pf_ctl_register_run_undo(int argc, char **argv);
