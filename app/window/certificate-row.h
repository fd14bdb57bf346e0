/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A row of the token window: one certificate; activated, it is shown in full. */
#pragma once

#include <gtk/gtk.h>

#include "certificate-item.h"

#define PF_TYPE_CERTIFICATE_ROW (pf_certificate_row_get_type())
G_DECLARE_FINAL_TYPE(PfCertificateRow, pf_certificate_row, PF, CERTIFICATE_ROW, GtkListBoxRow)

/* For gtk_list_box_bind_model(); ITEM is a PfCertificateItem. */
GtkWidget *pf_certificate_row_new(gpointer item, gpointer unused);

/* Borrowed. */
PfCertificateItem *pf_certificate_row_get_item(PfCertificateRow *self);
