/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A card's PIN, asked about without costing a try: how many are left, and is it verified now. */
#pragma once

#define PF_TOKENS_TRIES_UNKNOWN (-1)

/* Asks the PIV card in READER (its PC/SC name) by an empty VERIFY. Returns the number of tries, or
 * PF_TOKENS_TRIES_UNKNOWN: no card, no PIV card, or one whose PIN is verified already. The PC/SC
 * connection is closed again; the card is left as it was. DESIGN 9a. */
int pf_tokens_tries_get(const char *reader);

/* The same for the card in the slot that a backend calls DESCRIPTION. */
int pf_tokens_tries_get_in_slot(const char *description);

typedef enum {
    PF_TOKENS_PIN_UNKNOWN, /* no PIV card, or another application of it is selected */
    PF_TOKENS_PIN_NOT_VERIFIED,
    PF_TOKENS_PIN_VERIFIED, /* whoever has the card open can use its keys */
} PfTokensPin;

/* What the card in the slot that a backend calls DESCRIPTION says of its PIN at this moment, over
 * a PC/SC connection that is closed again. Selects nothing, since that could end the very state
 * that is asked about. */
PfTokensPin pf_tokens_tries_get_pin(const char *description);
