/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the person can start on a token, as actions of the application. */
#pragma once

#include <gtk/gtk.h>

#include "agent-model.h"
#include "quit-guard.h"

/* Adds change-pin, unblock-pin, set-pin, rename-token, delete-token, import and generate-key,
 * each with the token's URI, create-token, and export-certificate (URI and DER). One of them is
 * open at a time. MODEL learns which tokens were changed, GUARD when one is at work. What the
 * actions need goes with APPLICATION. */
void pf_token_actions_add(GtkApplication *application, PfAgentModel *model, PfQuitGuard *guard);
