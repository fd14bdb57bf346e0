/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The command keyring: the PINs that are in the person's keyring. */
#pragma once

#include "ctl-exit.h"

PfCtlExit pf_ctl_keyring_run(int argc, char **argv);
