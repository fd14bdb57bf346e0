/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinTries: how many tries the PINs of the tokens that are there have left, where that can be had
 * without costing one (DESIGN 9a).
 *
 * Asked once at each look at the tokens, and after a wrong PIN. Who takes a PIN has all its tries
 * again, a number that no card tells: it is unknown from then on. What programs without Pinfold do
 * is seen at the next look. Main thread only. */
#pragma once

#include "cache.h"
#include "token-registry.h"

typedef struct PfPinTries PfPinTries;

/* ON_CHANGED is called with DATA when pf_pin_tries_get() says something else. */
PfPinTries *pf_pin_tries_new(PfCache *cache, PfTokenRegistry *registry,
                             void (*on_changed)(gpointer), gpointer data);

/* Waits for nothing: an answer that comes later is of no interest. NULL is fine. */
void pf_pin_tries_free(PfPinTries *self);

/* -1: not known. */
int pf_pin_tries_get(PfPinTries *self, const char *token_uri);
