/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The rules of a PIN change: the token's limits for the new PIN, and twice the same. */
#include "pin-change.h"

#include <string.h>

#include <glib/gi18n.h>

/* The PIN that a card was delivered with can be shorter than any that it takes later. */
static PfPinChangeVerdict
check_old(const PfPinRequest *request, const char *text)
{
    switch (pf_pin_request_check_typed(request, text, strlen(text))) {
    case PF_PIN_LENGTH_EMPTY:
        return PF_PIN_CHANGE_OLD_EMPTY;
    case PF_PIN_LENGTH_LONG:
        return PF_PIN_CHANGE_OLD_LONG;
    default:
        return PF_PIN_CHANGE_OK;
    }
}

static PfPinChangeVerdict
check_new(const PfPinRequest *request, const char *text)
{
    switch (pf_pin_request_check_typed(request, text, strlen(text))) {
    case PF_PIN_LENGTH_EMPTY:
        return PF_PIN_CHANGE_NEW_EMPTY;
    case PF_PIN_LENGTH_SHORT:
        return PF_PIN_CHANGE_NEW_SHORT;
    case PF_PIN_LENGTH_LONG:
        return PF_PIN_CHANGE_NEW_LONG;
    default:
        return PF_PIN_CHANGE_OK;
    }
}

PfPinChangeVerdict
pf_pin_change_check(const PfPinRequest *request, const char *old_text, const char *new_text,
                    const char *again_text)
{
    PfPinChangeVerdict verdict = PF_PIN_CHANGE_OK;
    if (old_text != NULL)
        verdict = check_old(request, old_text);
    if (verdict == PF_PIN_CHANGE_OK)
        verdict = check_new(request, new_text);
    if (verdict != PF_PIN_CHANGE_OK)
        return verdict;
    if (old_text != NULL && strcmp(old_text, new_text) == 0)
        return PF_PIN_CHANGE_NEW_IS_OLD;
    if (strcmp(new_text, again_text) == 0)
        return PF_PIN_CHANGE_OK;
    if (strncmp(new_text, again_text, strlen(again_text)) == 0)
        return PF_PIN_CHANGE_AGAIN_SHORT;
    return PF_PIN_CHANGE_AGAIN_DIFFERENT;
}

gboolean
pf_pin_change_is_error(PfPinChangeVerdict verdict)
{
    switch (verdict) {
    case PF_PIN_CHANGE_OLD_LONG:
    case PF_PIN_CHANGE_NEW_LONG:
    case PF_PIN_CHANGE_NEW_IS_OLD:
    case PF_PIN_CHANGE_AGAIN_DIFFERENT:
        return TRUE;
    default:
        return FALSE;
    }
}

char *
pf_pin_change_dup_text(const PfPinRequest *request, PfPinChangeVerdict verdict)
{
    switch (verdict) {
    case PF_PIN_CHANGE_OK:
        break;
    case PF_PIN_CHANGE_OLD_EMPTY:
        return g_strdup(_("Enter the present PIN."));
    case PF_PIN_CHANGE_NEW_EMPTY:
        return g_strdup(_("Enter the new PIN."));
    case PF_PIN_CHANGE_NEW_SHORT:
        return pf_pin_request_dup_length_text(request, PF_PIN_LENGTH_SHORT);
    case PF_PIN_CHANGE_OLD_LONG:
    case PF_PIN_CHANGE_NEW_LONG:
        return pf_pin_request_dup_length_text(request, PF_PIN_LENGTH_LONG);
    case PF_PIN_CHANGE_NEW_IS_OLD:
        return g_strdup(_("The new PIN is the same as the present one."));
    case PF_PIN_CHANGE_AGAIN_SHORT:
        return g_strdup(_("Repeat the new PIN."));
    case PF_PIN_CHANGE_AGAIN_DIFFERENT:
        return g_strdup(_("The repetition is different."));
    }
    return NULL;
}
