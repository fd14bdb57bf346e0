/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The main window: readers, tokens, and who has a PIN cached. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"

#define PF_TYPE_TOKEN_WINDOW (pf_token_window_get_type())
G_DECLARE_FINAL_TYPE(PfTokenWindow, pf_token_window, PF, TOKEN_WINDOW, GtkApplicationWindow)

/* A window of APPLICATION that shows MODEL and OFFERS, a list of PfOfferItem. Its buttons are
 * actions of the application. Closing only hides it, and emits "closed". */
PfTokenWindow *pf_token_window_new(GtkApplication *application, PfAgentModel *model,
                                   GListModel *offers);

/* Turns to the page with the history. */
void pf_token_window_show_history(PfTokenWindow *self);

/* Says in a SENTENCE what the person asked for and did not get. */
void pf_token_window_show_failure(PfTokenWindow *self, const char *sentence);
