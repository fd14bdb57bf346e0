/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The tokens whose PIN is in the person's keyring, as Agent1 lists them. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_STORED_PIN_MODEL (pf_stored_pin_model_get_type())
G_DECLARE_FINAL_TYPE(PfStoredPinModel, pf_stored_pin_model, PF, STORED_PIN_MODEL, GObject)

/* Follows StoredPinsChanged of the agent on CONNECTION (NULL: there is none), and never starts it.
 * Signals: "changed" when the functions below tell something else, "failed" with a plain sentence
 * when a removal did not work. The caller owns the model. Main thread. */
PfStoredPinModel *pf_stored_pin_model_new(GDBusConnection *connection);

/* PfStoredPinItem. Borrowed. */
GListModel *pf_stored_pin_model_get_list(PfStoredPinModel *self);

/* The state of the keyring as ListStoredPins says it; NULL: there is no agent, or no answer yet.
 * Borrowed until "changed". */
const char *pf_stored_pin_model_get_state(PfStoredPinModel *self);

/* Is it not known yet whether there is an agent, or what it has? */
gboolean pf_stored_pin_model_is_waiting(PfStoredPinModel *self);

void pf_stored_pin_model_remove(PfStoredPinModel *self, const char *token_uri);
