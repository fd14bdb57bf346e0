/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Command lines that several commands have: what is wrong with one is said here already. */
#pragma once

#include <glib.h>

/* One that takes --json and nothing else. SUMMARY is for --help; USAGE says what is taken. FALSE:
 * it is wrong. */
gboolean pf_ctl_options_parse_json(int argc, char **argv, const char *summary, const char *usage,
                                   gboolean *ret_json);

/* One that takes an argument that is not empty, or --all, which ALL describes. The argument, "" for
 * all; NULL: it is wrong. Free with g_free(). */
char *pf_ctl_options_parse_one(int argc, char **argv, const char *summary, const char *all,
                               const char *usage);
