/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCardReset: after a PIN is forgotten, the card forgets that it was given (DESIGN 6).
 *
 * A card stays unlocked for every program that has it open, whatever a logout says, until it is
 * reset. The setting `reset-card` says when it is. Main thread only. Signal:
 *
 *   "finished" (const char *token_uri, const char *reader, const char *fault): the token's card was
 *       reset, or could not be; FAULT says why, and is NULL where it was. */
#pragma once

#include "agent-settings.h"
#include "cache.h"
#include "pcsc-watcher.h"
#include "reset-report.h"
#include "token-registry.h"

#define PF_TYPE_CARD_RESET pf_card_reset_get_type()
G_DECLARE_FINAL_TYPE(PfCardReset, pf_card_reset, PF, CARD_RESET, GObject)

PfCardReset *pf_card_reset_new(const PfPcscApi *api, PfCache *cache, PfAgentSettings *settings,
                               PfTokenRegistry *registry, PfPcscWatcher *watcher);

/* The screen was locked, and what is forgotten by that is forgotten: also cards whose PIN was
 * forgotten before, and that were not reset since, are reset by the rule `on-lock`. */
void pf_card_reset_screen_locked(PfCardReset *self);

/* Begins what is due, and waits a second at most for the end of all resets; none begins afterwards.
 */
void pf_card_reset_stop(PfCardReset *self);

/* Borrowed, good as long as SELF. */
const PfResetReport *pf_card_reset_get_report(PfCardReset *self);
