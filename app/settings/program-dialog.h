/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The dialog in which a person picks a program: one that is connected, an installed one, or a file.
 */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_PROGRAM_DIALOG (pf_program_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfProgramDialog, pf_program_dialog, PF, PROGRAM_DIALOG, GtkDialog)

/* A modal dialog above PARENT. GROUPS is the setting of that name, so that it can say when a
 * program would leave another group; DOMAINS those of Agent1.GetStatus, or NULL. Its response OK
 * comes only with a program picked. The caller shows and destroys it. */
PfProgramDialog *pf_program_dialog_new(GtkWindow *parent, GVariant *groups, GVariant *domains);

/* As the setting `groups` names it; borrowed, NULL before one is picked. */
const char *pf_program_dialog_get_program(PfProgramDialog *self);
