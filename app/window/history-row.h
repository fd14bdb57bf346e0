/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A line of the history. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_HISTORY_ROW (pf_history_row_get_type())
G_DECLARE_FINAL_TYPE(PfHistoryRow, pf_history_row, PF, HISTORY_ROW, GtkListBoxRow)

/* A GtkListBoxCreateWidgetFunc for PfHistoryItem. */
GtkWidget *pf_history_row_new(gpointer item, gpointer unused);
