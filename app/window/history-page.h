/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The history in the main window. */
#pragma once

#include <gtk/gtk.h>

#define PF_TYPE_HISTORY_PAGE (pf_history_page_get_type())
G_DECLARE_FINAL_TYPE(PfHistoryPage, pf_history_page, PF, HISTORY_PAGE, GtkStack)

/* Shows the history of the agent on CONNECTION (NULL: there is none), and follows it while it can
 * be seen. Once. */
void pf_history_page_bind(PfHistoryPage *self, GDBusConnection *connection);
