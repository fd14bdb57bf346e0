/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* doctor --logout-test: what a backend's logout really ends, measured on a token (DESIGN 6). */
#pragma once

#include <glib.h>

#include "ctl-exit.h"

/* Measures the one token that TOKEN_URI means, with the PIN of PIN_FD or, below 0, of the terminal.
 * Prints the answers in words or as JSON, or the error. */
PfCtlExit pf_ctl_doctor_logout_run(const char *token_uri, int pin_fd, gboolean json);

/* The sentence for a verdict of the helper; static. */
const char *pf_ctl_doctor_logout_explain(const char *verdict, gboolean is_hardware);
