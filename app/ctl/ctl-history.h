/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* pinfoldctl history. */
#pragma once

#include "ctl-exit.h"

PfCtlExit pf_ctl_history_run(int argc, char **argv);
