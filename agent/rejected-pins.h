/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRejectedPins: which PINs a token refused, without keeping them (DESIGN 6). Main thread only. */
#pragma once

#include <glib.h>

#include "secret.h"

typedef struct PfRejectedPins PfRejectedPins;

/* NULL when there is no locked memory for its key. */
PfRejectedPins *pf_rejected_pins_new(void);
void pf_rejected_pins_free(PfRejectedPins *pins);

/* TOKEN said that PIN is wrong. */
void pf_rejected_pins_add(PfRejectedPins *pins, const char *token, const PfSecret *pin);

/* Did TOKEN refuse PIN at or after SINCE (monotonic µs)? True when it cannot be computed: then it
 * is not sent. */
gboolean pf_rejected_pins_contain(PfRejectedPins *pins, const char *token, const PfSecret *pin,
                                  gint64 since);

/* Removal, a changed PIN, a good login: another try may succeed. TOKEN NULL: every token. */
void pf_rejected_pins_forget(PfRejectedPins *pins, const char *token);
