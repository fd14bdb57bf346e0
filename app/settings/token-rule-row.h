/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A token and the rule that it has. */
#pragma once

#include <gtk/gtk.h>

#include "token-rule-item.h"

#define PF_TYPE_TOKEN_RULE_ROW (pf_token_rule_row_get_type())
G_DECLARE_FINAL_TYPE(PfTokenRuleRow, pf_token_rule_row, PF, TOKEN_RULE_ROW, GtkListBoxRow)

/* For gtk_list_box_bind_model(): ITEM is a PfTokenRuleItem, SETTINGS has the key `tokens`. */
GtkWidget *pf_token_rule_row_new(gpointer item, gpointer settings);
