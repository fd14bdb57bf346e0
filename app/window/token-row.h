/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A row of the token window: a reader or token, and below it who has its PIN. */
#pragma once

#include <gtk/gtk.h>

#include "token-item.h"

#define PF_TYPE_TOKEN_ROW (pf_token_row_get_type())
G_DECLARE_FINAL_TYPE(PfTokenRow, pf_token_row, PF, TOKEN_ROW, GtkListBoxRow)

/* For gtk_list_box_bind_model(); ITEM is a PfTokenItem. */
GtkWidget *pf_token_row_new(gpointer item, gpointer unused);
