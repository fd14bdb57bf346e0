/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A row of the token window: a reader or token, its certificates, and who has its PIN. */
#pragma once

#include <gtk/gtk.h>

#include "certificate-store.h"
#include "token-item.h"

#define PF_TYPE_TOKEN_ROW (pf_token_row_get_type())
G_DECLARE_FINAL_TYPE(PfTokenRow, pf_token_row, PF, TOKEN_ROW, GtkListBoxRow)

/* What rows need beside their item; lives as long as they do. */
typedef struct {
    PfCertificateStore *certificates;
    GActionGroup *actions; /* of the application */
} PfTokenRowContext;

/* For gtk_list_box_bind_model(); ITEM is a PfTokenItem, CONTEXT a PfTokenRowContext. */
GtkWidget *pf_token_row_new(gpointer item, gpointer context);
