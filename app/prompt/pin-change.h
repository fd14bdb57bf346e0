/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Whether what was typed for a PIN change can be sent, and the words for why not; no widgets. */
#pragma once

#include <glib.h>

#include "pin-request.h"

typedef enum {
    PF_PIN_CHANGE_OK,
    PF_PIN_CHANGE_OLD_EMPTY,
    PF_PIN_CHANGE_OLD_LONG,
    PF_PIN_CHANGE_NEW_EMPTY,
    PF_PIN_CHANGE_NEW_SHORT,
    PF_PIN_CHANGE_NEW_LONG,
    PF_PIN_CHANGE_NEW_IS_OLD,
    PF_PIN_CHANGE_AGAIN_SHORT, /* so far the same */
    PF_PIN_CHANGE_AGAIN_DIFFERENT,
} PfPinChangeVerdict;

/* What is wrong with the first of the texts that is not right. OLD is NULL where the request proves
 * no PIN (pf_pin_request_is_set()). */
PfPinChangeVerdict pf_pin_change_check(const PfPinRequest *request, const char *old_text,
                                       const char *new_text, const char *again_text);

/* Is it wrong whatever is typed after it? What only is not complete yet is no error while typing.
 */
gboolean pf_pin_change_is_error(PfPinChangeVerdict verdict);

/* The verdict in words; NULL for OK. Owned by the caller. */
char *pf_pin_change_dup_text(const PfPinRequest *request, PfPinChangeVerdict verdict);
