/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The page of the settings with rules for single tokens. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"
#include "settings-view.h"

#define PF_TYPE_TOKENS_PAGE (pf_tokens_page_get_type())
G_DECLARE_FINAL_TYPE(PfTokensPage, pf_tokens_page, PF, TOKENS_PAGE, GtkBox)

/* Shows the tokens of MODEL, and those that the key `tokens` of VIEW has rules for, from now on.
 * Once. */
void pf_tokens_page_bind(PfTokensPage *self, PfSettingsView *view, PfAgentModel *model);
