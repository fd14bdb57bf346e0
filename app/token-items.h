/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A list of PfTokenItem as a whole: kept up to date, counted, and what is still open in it. */
#pragma once

#include "token-item.h"

/* Makes STORE be ITEMS, of PfTokenItem. What stays keeps its object, and so its row, its open menu
 * and the keyboard focus. Returns whether anything changed. */
gboolean pf_token_items_update(GListStore *store, GPtrArray *items);

/* Their names may be others now. */
void pf_token_items_note_names(GListModel *items);

/* Of those that are tokens, not empty readers; and the PINs cached for them. */
guint pf_token_items_count(GListModel *items);
guint pf_token_items_count_pins(GListModel *items);

/* The programs in which a window is still open; the caller's. NULL: in none. */
char *pf_token_items_dup_still_open(GListModel *items);
