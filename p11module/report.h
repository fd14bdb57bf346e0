/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One line about a fault, for whoever debugs: never a secret, never text that a token chose. */
#pragma once

/* Writes to stderr when PINFOLD_DEBUG is set (and the process is not setuid); a library has no
 * business on a program's terminal otherwise. */
void pf_report(const char *format, ...) __attribute__((format(printf, 1, 2)));
