/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfRejectedPins: which PINs a token refused, without keeping them (DESIGN 6). Main thread only. */
#pragma once

#include <glib.h>

#include "secret.h"

#define PF_PIN_MARK_SIZE 32u

typedef struct PfRejectedPins PfRejectedPins;

/* Tells a PIN from others without holding it; means nothing once its PfRejectedPins is gone. */
typedef struct {
    unsigned char mac[PF_PIN_MARK_SIZE];
} PfPinMark;

gboolean pf_pin_mark_is_equal(const PfPinMark *a, const PfPinMark *b);

/* NULL when there is no locked memory for its key. */
PfRejectedPins *pf_rejected_pins_new(void);
void pf_rejected_pins_free(PfRejectedPins *pins);

/* The mark of PIN. FALSE when it cannot be computed. */
gboolean pf_rejected_pins_mark(PfRejectedPins *pins, const PfSecret *pin, PfPinMark *ret_mark);

/* TOKEN said that PIN, or the one with MARK, is wrong. */
void pf_rejected_pins_add(PfRejectedPins *pins, const char *token, const PfSecret *pin);
void pf_rejected_pins_add_mark(PfRejectedPins *pins, const char *token, const PfPinMark *mark);

/* Did TOKEN refuse PIN at or after SINCE (monotonic µs)? True when it cannot be computed: then it
 * is not sent. */
gboolean pf_rejected_pins_contain(PfRejectedPins *pins, const char *token, const PfSecret *pin,
                                  gint64 since);

/* Removal, a changed PIN, a good login: another try may succeed. TOKEN NULL: every token. */
void pf_rejected_pins_forget(PfRejectedPins *pins, const char *token);

/* Finds the PIN of a mark among others, from any thread and without the PfRejectedPins. */
typedef struct PfPinMatcher PfPinMatcher;

/* NULL when there is no locked memory. */
PfPinMatcher *pf_pin_matcher_new(PfRejectedPins *pins, const PfPinMark *mark);

/* True, too, when it cannot be computed. */
gboolean pf_pin_matcher_is_match(const PfPinMatcher *matcher, const PfSecret *pin);

/* NULL is fine. */
void pf_pin_matcher_free(PfPinMatcher *matcher);
