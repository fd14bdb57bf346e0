/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How many tries a card's PIN has left, asked without costing one. */
#pragma once

#define PF_TOKENS_TRIES_UNKNOWN (-1)

/* Asks the PIV card in READER (its PC/SC name) by an empty VERIFY. Returns the number of tries, or
 * PF_TOKENS_TRIES_UNKNOWN: no card, no PIV card, or one whose PIN is verified already. The PC/SC
 * connection is closed again; the card is left as it was. DESIGN 9a. */
int pf_tokens_tries_get(const char *reader);
