/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One entry of the agent's history, and the words for it. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_HISTORY_ITEM (pf_history_item_get_type())
G_DECLARE_FINAL_TYPE(PfHistoryItem, pf_history_item, PF, HISTORY_ITEM, GObject)

/* From an entry of Agent1.GetHistory; NULL for one without id or serial. The caller owns the item,
 * which never changes. */
PfHistoryItem *pf_history_item_new(GVariant *entry);

/* The entry's, and of its last change. */
guint64 pf_history_item_get_id(PfHistoryItem *self);
guint64 pf_history_item_get_serial(PfHistoryItem *self);

/* Borrowed; a symbolic icon. */
const char *pf_history_item_get_icon_name(PfHistoryItem *self);

/* Words, plain text, the caller's: what happened, and how often; program, token and key, NULL when
 * there is none of them; when. */
char *pf_history_item_dup_title(PfHistoryItem *self);
char *pf_history_item_dup_detail(PfHistoryItem *self);
char *pf_history_item_dup_time(PfHistoryItem *self);
