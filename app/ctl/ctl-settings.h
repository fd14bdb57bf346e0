/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfoldctl get KEY and set KEY VALUE: the settings org.pinfold. */
#pragma once

#include "ctl-exit.h"

/* ARGV begins with the command's name. Print the result, or the error. */
PfCtlExit pf_ctl_settings_run_get(int argc, char **argv);
PfCtlExit pf_ctl_settings_run_set(int argc, char **argv);
