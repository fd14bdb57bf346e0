/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One decision of the permissions page, with the button that takes it back. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_CONSENT_ROW (pf_consent_row_get_type())
G_DECLARE_FINAL_TYPE(PfConsentRow, pf_consent_row, PF, CONSENT_ROW, GtkListBoxRow)

/* For gtk_list_box_bind_model(); ITEM is a PfConsentItem. The button is the action
 * permissions.revoke. */
GtkWidget *pf_consent_row_new(gpointer item, gpointer unused);
