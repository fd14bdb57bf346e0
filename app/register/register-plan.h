/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRegisterPlan: the steps of registering or unregistering in one place, to be shown or done. */
#pragma once

#include <gio/gio.h>

#include "register-entry.h"
#include "register-file.h"
#include "register-record.h"

typedef struct PfRegisterPlan PfRegisterPlan;

/* What is done in PLACE, which must outlive the plan. Free with pf_register_plan_free(). */
PfRegisterPlan *pf_register_plan_new(const PfRegisterPlace *place);

void pf_register_plan_free(PfRegisterPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfRegisterPlan, pf_register_plan_free)

/* Takes FILE, whose content becomes TEXT, and its mode MODE if it is new. */
void pf_register_plan_write(PfRegisterPlan *plan, PfRegisterFile *file, const char *text,
                            guint mode);

/* Takes FILE, which is removed. */
void pf_register_plan_remove(PfRegisterPlan *plan, PfRegisterFile *file);

/* Makes a folder, with those above it. */
void pf_register_plan_make_folder(PfRegisterPlan *plan, const char *path);

/* Runs ARGV, which may change FILES, and nothing else. Both end with NULL. */
void pf_register_plan_run(PfRegisterPlan *plan, const char *const *argv, const char *const *files);

/* Copies ENTRY, which the plan takes out of the program's list. */
void pf_register_plan_replace(PfRegisterPlan *plan, const PfRegisterEntry *entry);

/* What is there now is an older registration: putting it back would not undo this one. */
void pf_register_plan_set_inexact(PfRegisterPlan *plan);

/* Puts back what RECORD has kept. FALSE with *ERROR where a copy is lost. */
gboolean pf_register_plan_restore(PfRegisterPlan *plan, const PfRegisterRecord *record,
                                  GError **error);

/* Folders that RECORD has made and that are empty then. */
void pf_register_plan_remove_folders(PfRegisterPlan *plan, const PfRegisterRecord *record);

gboolean pf_register_plan_is_empty(const PfRegisterPlan *plan);

/* The steps in words, and lines of files with “+” and “-” before them; free with g_strfreev(). */
char **pf_register_plan_describe(const PfRegisterPlan *plan);

/* Does all steps; RECORD, NULL for none, is told of them and saved. FALSE with *ERROR when one
 * fails: then all files are put back, and where that fails, too, RECORD is kept, and standard error
 * says why. Runs the default main context. */
gboolean pf_register_plan_apply(PfRegisterPlan *plan, PfRegisterRecord *record, GError **error);
