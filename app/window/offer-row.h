/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The row of the token window for an offer, with the button to decide. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_OFFER_ROW (pf_offer_row_get_type())
G_DECLARE_FINAL_TYPE(PfOfferRow, pf_offer_row, PF, OFFER_ROW, GtkListBoxRow)

/* GtkListBoxCreateWidgetFunc for PfOfferItem. */
GtkWidget *pf_offer_row_new(gpointer item, gpointer unused);
