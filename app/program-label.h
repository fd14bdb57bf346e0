/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a program is called where it is shown. */
#pragma once

/* NAME, else the name of the file EXECUTABLE, as plain text (plain-text.h); each may be NULL or
 * empty. NULL where nothing is left to show. The caller owns it. */
char *pf_program_label_dup(const char *name, const char *executable);
