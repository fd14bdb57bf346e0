/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the person has decided about programs, as Agent1 lists it. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_CONSENT_MODEL (pf_consent_model_get_type())
G_DECLARE_FINAL_TYPE(PfConsentModel, pf_consent_model, PF, CONSENT_MODEL, GObject)

/* Follows ConsentsChanged of the agent on CONNECTION (NULL: there is none), and never starts it.
 * Signals: "changed" when the functions below tell something else, "failed" with a plain sentence
 * when a revocation did not work. The caller owns the model. Main thread. */
PfConsentModel *pf_consent_model_new(GDBusConnection *connection);

/* PfConsentItem, latest first. Borrowed. */
GListModel *pf_consent_model_get_list(PfConsentModel *self);

/* Is the list the agent's? */
gboolean pf_consent_model_is_ready(PfConsentModel *self);

/* Is it not known yet whether there is an agent, or what it has? */
gboolean pf_consent_model_is_waiting(PfConsentModel *self);

/* Takes back the decision ID, or all with "". */
void pf_consent_model_revoke(PfConsentModel *self, const char *id);
