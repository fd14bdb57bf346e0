/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The dialog in which a group gets its name and, for programs that name one, its ID. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_GROUP_DIALOG (pf_group_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfGroupDialog, pf_group_dialog, PF, GROUP_DIALOG, GtkDialog)

/* A modal dialog above PARENT for the group INDEX of GROUPS, or a new one where that is beyond the
 * end. Its response OK comes only with a name and an ID that may stand. The caller shows and
 * destroys it. */
PfGroupDialog *pf_group_dialog_new(GtkWindow *parent, GVariant *groups, guint index);

/* The groups were changed meanwhile; the one that it is about is at INDEX now. Returns whether what
 * is typed may still stand; else the dialog says why not. */
gboolean pf_group_dialog_update(PfGroupDialog *self, GVariant *groups, guint index);

/* Stripped; the caller's. */
char *pf_group_dialog_dup_name(PfGroupDialog *self);
char *pf_group_dialog_dup_app_id(PfGroupDialog *self);
