/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A row of the token window: programs that have a PIN, with "Forget". */
#pragma once

#include <gtk/gtk.h>

#include "domain-item.h"

#define PF_TYPE_DOMAIN_ROW (pf_domain_row_get_type())
G_DECLARE_FINAL_TYPE(PfDomainRow, pf_domain_row, PF, DOMAIN_ROW, GtkListBoxRow)

/* For gtk_list_box_bind_model(); ITEM is a PfDomainItem. */
GtkWidget *pf_domain_row_new(gpointer item, gpointer unused);
