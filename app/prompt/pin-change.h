/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Whether what was typed for a change of a token can be sent, and the words for why not; no
 * widgets. */
#pragma once

#include <glib.h>

#include "pin-request.h"

/* What the dialog can ask, from top to bottom. */
typedef enum {
    PF_CHANGE_FIELD_NAME,
    PF_CHANGE_FIELD_KIND,     /* of a key */
    PF_CHANGE_FIELD_PASSWORD, /* of a file */
    PF_CHANGE_FIELD_PROOF,    /* pf_pin_request_get_proof() */
    PF_CHANGE_FIELD_NEW,
    PF_CHANGE_FIELD_AGAIN,
    PF_CHANGE_FIELD_SURE, /* the person knows what is lost */
    PF_N_CHANGE_FIELDS,
} PfChangeField;

typedef enum {
    PF_PIN_CHANGE_OK,
    PF_PIN_CHANGE_NAME_EMPTY,
    PF_PIN_CHANGE_NAME_LONG,
    PF_PIN_CHANGE_NAME_UNSEEN, /* has characters that nobody can see */
    PF_PIN_CHANGE_NAME_IS_OLD,
    PF_PIN_CHANGE_KIND_UNKNOWN, /* the token has not said yet which there are */
    PF_PIN_CHANGE_OLD_EMPTY,
    PF_PIN_CHANGE_OLD_LONG,
    PF_PIN_CHANGE_NEW_EMPTY,
    PF_PIN_CHANGE_NEW_SHORT,
    PF_PIN_CHANGE_NEW_LONG,
    PF_PIN_CHANGE_NEW_IS_OLD,
    PF_PIN_CHANGE_AGAIN_SHORT, /* so far the same */
    PF_PIN_CHANGE_AGAIN_DIFFERENT,
    PF_PIN_CHANGE_NOT_SURE,
} PfPinChangeVerdict;

/* By field; NULL where none is asked, and "" for SURE as long as the person is not. */
typedef struct {
    const char *texts[PF_N_CHANGE_FIELDS];
} PfChangeTyped;

/* Is FIELD asked for REQUEST? */
gboolean pf_pin_change_asks(const PfPinRequest *request, PfChangeField field);

/* What is wrong with the first of the fields that is not right. */
PfPinChangeVerdict pf_pin_change_check(const PfPinRequest *request, const PfChangeTyped *typed);

/* The field that a verdict is about; of OK the last one that is asked. */
PfChangeField pf_pin_change_get_field(const PfPinRequest *request, PfPinChangeVerdict verdict);

/* Is it wrong whatever is typed after it? What only is not complete yet is no error while typing.
 */
gboolean pf_pin_change_is_error(PfPinChangeVerdict verdict);

/* The verdict in words; NULL for OK. Owned by the caller. */
char *pf_pin_change_dup_text(const PfPinRequest *request, PfPinChangeVerdict verdict);
