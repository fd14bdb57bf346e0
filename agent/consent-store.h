/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfConsentStore: what the person has decided, until it is revoked (DESIGN 5).
 *
 * Decisions for the session are in memory alone, the others in the agent's own file too. Main
 * thread only. Signal "changed" (): pf_consent_store_list() says something else. */
#pragma once

#include <glib-object.h>

#include "consent.h"

#define PF_TYPE_CONSENT_STORE pf_consent_store_get_type()
G_DECLARE_FINAL_TYPE(PfConsentStore, pf_consent_store, PF, CONSENT_STORE, GObject)

/* Reads the file at PATH. When it must not be used that is said in the log, and nothing is decided.
 */
PfConsentStore *pf_consent_store_new(const char *path);

/* What was decided about these three, if it counts for PROGRAM now. Borrowed; NULL: not decided. */
const PfConsent *pf_consent_store_find(PfConsentStore *store, const PfProgramKey *program,
                                       const PfTokenId *token, const char *scope);

/* Takes CONSENT, in the place of what was decided about the same three; it gets its id. A decision
 * for ever about a program for which it would not count now is one for the session. Those that are
 * not kept (once) are not added. */
void pf_consent_store_add(PfConsentStore *store, PfConsent *consent);

/* Takes back the decision ID, or all of them when it is "". Returns how many there were. */
guint pf_consent_store_revoke(PfConsentStore *store, const char *id);

/* Of PfConsent, oldest first. Borrowed until the next change. */
const GPtrArray *pf_consent_store_list(PfConsentStore *store);
