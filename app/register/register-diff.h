/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What changes in a file, for people. */
#pragma once

#include <glib.h>

/* Adds to LINES those of BEFORE (NULL: no file) that are not in AFTER with "- " before them, and
 * the new ones with "+ ", for a change in one place of the file. */
void pf_register_diff_add(GStrvBuilder *lines, GBytes *before, GBytes *after);
