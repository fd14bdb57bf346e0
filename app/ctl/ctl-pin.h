/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A PIN from a descriptor or from the terminal. */
#pragma once

#include <glib.h>

#include "secret.h"

/* Reads one PIN: the first line of FD, or, when FD is below 0, what a person types at the terminal
 * of this process after PROMPT, without echo, as it is where FD is a terminal. FD stays the
 * caller's. The process leaves no core from then on. Returns it, or NULL with *ERROR: no terminal,
 * nothing typed, too long, no memory to lock, interrupted. */
PfSecret *pf_ctl_pin_read(int fd, const char *prompt, GError **error);
