/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfKeyDialog: a key has come to be on a token, and its public half is to be had. */
#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

#define PF_TYPE_KEY_DIALOG (pf_key_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfKeyDialog, pf_key_dialog, PF, KEY_DIALOG, GtkDialog)

/* Opens a window of APPLICATION with the TITLE, which says that ANSWER, the helper's to `generate`,
 * was given. It goes when the person closes it, or has saved the public key. Main thread. */
void pf_key_dialog_show(GtkApplication *application, const char *title, JsonObject *answer);
