/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Answers the agent's questions to the person: org.pinfold.Prompter1 (DESIGN 9a). */
#pragma once

#include <gtk/gtk.h>

#include "consent-offers.h"

#define PF_TYPE_PROMPTER (pf_prompter_get_type())
G_DECLARE_FINAL_TYPE(PfPrompter, pf_prompter, PF, PROMPTER, GObject)

/* Serves the agent as long as it lives; its dialogs are windows of APPLICATION, which it does not
 * own. Emits "refused" when an agent does not take this process for its app; no dialog is open
 * then, and it would say the same again. The caller owns the prompter. Main thread. */
PfPrompter *pf_prompter_new(GtkApplication *application);

/* The agent is there: connects if that is not yet so. */
void pf_prompter_connect(PfPrompter *self);

/* Brings the open dialog to the front; FALSE when there is none. */
gboolean pf_prompter_present(PfPrompter *self);

/* What the agent offers without a dialog. Borrowed; never NULL. */
PfConsentOffers *pf_prompter_get_offers(PfPrompter *self);
