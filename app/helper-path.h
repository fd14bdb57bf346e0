/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Where the helper pinfold-tokens is. */
#pragma once

#include <glib.h>

/* The one that belongs to this very program, installed or in a build tree; never told by the
 * environment. Free with g_free(). */
char *pf_helper_path_dup(void);

/* The path of pinfoldctl, in the same folder as this program. Free with g_free(). */
char *pf_helper_path_dup_pinfoldctl(void);
