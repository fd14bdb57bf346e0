/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A file that is Pinfold's alone, in its own configuration folder, for programs that are given the
 * name of such a file when they are started. */
#pragma once

#include "register-place.h"
#include "register-plan.h"
#include "register-target.h"

/* The path of the file NAME; free with g_free(). */
char *pf_snippet_file_dup_path(const PfRegisterPlace *place, const char *name);

/* Adds to SIGHT the file NAME, which is up to date when it has MODULE in it. HINDRANCE (NULL: none)
 * says why it would be of no use. */
void pf_snippet_file_look(const PfRegisterPlace *place, const char *name, const char *module,
                          const char *hindrance, PfRegisterSight *sight);

/* The step that writes TEXT into it, under a line that says whose it is. */
gboolean pf_snippet_file_add(const PfRegisterTarget *target, const char *text, PfRegisterPlan *plan,
                             GError **error);

/* The step that removes it, as PfRegisterProgram has it. */
gboolean pf_snippet_file_remove(const PfRegisterPlace *place, const PfRegisterTarget *target,
                                GPtrArray *replaced, PfRegisterPlan *plan, GError **error);
