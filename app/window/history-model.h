/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The agent's history, as long as somebody looks at it. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_HISTORY_MODEL (pf_history_model_get_type())
G_DECLARE_FINAL_TYPE(PfHistoryModel, pf_history_model, PF, HISTORY_MODEL, GObject)

/* Asks the agent on CONNECTION (NULL: there is none), which it never starts, while it is active;
 * after the first time only for what is new. Signal "changed": the functions below tell something
 * else. The caller owns the model. Main thread. */
PfHistoryModel *pf_history_model_new(GDBusConnection *connection);

/* PfHistoryItem, latest first; what does not change stays the same object. A long list grows in
 * parts. Borrowed. */
GListModel *pf_history_model_get_list(PfHistoryModel *self);

/* Is the list the agent's? */
gboolean pf_history_model_is_ready(PfHistoryModel *self);

/* Is it looked at? Nothing is asked before. */
void pf_history_model_set_active(PfHistoryModel *self, gboolean active);
