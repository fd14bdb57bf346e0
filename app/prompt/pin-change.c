/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The rules of a change: the token's limits for the new PIN, twice the same, a name that fits. */
#include "pin-change.h"

#include <string.h>

#include <glib/gi18n.h>

#include "plain-text.h"
#include "token-names.h"
#include "tokens-kind.h"

/* Bytes of CK_TOKEN_INFO's label. */
#define LABEL_MAX_BYTES 32

gboolean
pf_pin_change_asks(const PfPinRequest *request, PfChangeField field)
{
    PfTask task = pf_pin_request_get_task(request);
    switch (field) {
    case PF_CHANGE_FIELD_NAME:
        return task == PF_TASK_CREATE || task == PF_TASK_RENAME || task == PF_TASK_GENERATE;
    case PF_CHANGE_FIELD_KIND:
        return task == PF_TASK_GENERATE;
    case PF_CHANGE_FIELD_PASSWORD:
        return task == PF_TASK_IMPORT;
    case PF_CHANGE_FIELD_PROOF:
        return pf_pin_request_get_proof(request) != PF_PROOF_NONE;
    case PF_CHANGE_FIELD_NEW:
    case PF_CHANGE_FIELD_AGAIN:
        return task != PF_TASK_IMPORT && task != PF_TASK_GENERATE && task != PF_TASK_RENAME &&
               task != PF_TASK_DELETE;
    case PF_CHANGE_FIELD_SURE:
        return task == PF_TASK_DELETE;
    case PF_N_CHANGE_FIELDS:
        break;
    }
    return FALSE;
}

/* A name that only Pinfold shows; without one the token goes by its label. */
static PfPinChangeVerdict
check_rename(const PfPinRequest *request, const char *name)
{
    const char *own = pf_pin_request_get_token_name(request);
    const char *label = pf_pin_request_get_token_label(request);
    const char *shown = own != NULL ? own : label;
    if (*name == '\0')
        return own == NULL ? PF_PIN_CHANGE_NAME_IS_OLD : PF_PIN_CHANGE_OK;
    if (g_utf8_strlen(name, -1) > PF_TOKEN_NAMES_MAX_CHARS)
        return PF_PIN_CHANGE_NAME_LONG;
    return g_strcmp0(name, shown) == 0 ? PF_PIN_CHANGE_NAME_IS_OLD : PF_PIN_CHANGE_OK;
}

/* Blanks at the end of a label are not kept by a token. */
static PfPinChangeVerdict
check_name(const PfPinRequest *request, const char *text)
{
    g_autofree char *name = g_strstrip(g_strdup(text));
    g_autofree char *plain = pf_plain_text_dup(name);
    if (*name != '\0' && g_strcmp0(plain, name) != 0)
        return PF_PIN_CHANGE_NAME_UNSEEN;
    if (pf_pin_request_get_task(request) == PF_TASK_RENAME)
        return check_rename(request, name);
    if (*name == '\0')
        return PF_PIN_CHANGE_NAME_EMPTY;
    gsize max = pf_pin_request_get_task(request) == PF_TASK_GENERATE ? PF_TOKENS_KEY_NAME_MAX
                                                                     : LABEL_MAX_BYTES;
    return strlen(name) > max ? PF_PIN_CHANGE_NAME_LONG : PF_PIN_CHANGE_OK;
}

/* The PIN that a card was delivered with can be shorter than any that it takes later, and what the
 * token says about lengths is about PINs. */
static PfPinChangeVerdict
check_proof(const PfPinRequest *request, const char *text)
{
    gboolean is_pin = pf_pin_request_get_proof(request) == PF_PROOF_PIN;
    if (*text == '\0')
        return PF_PIN_CHANGE_OLD_EMPTY;
    if (is_pin && pf_pin_request_check_typed(request, text, strlen(text)) == PF_PIN_LENGTH_LONG)
        return PF_PIN_CHANGE_OLD_LONG;
    return PF_PIN_CHANGE_OK;
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

/* The new PIN twice, and another one than the old. */
static PfPinChangeVerdict
check_pair(const PfPinRequest *request, const PfChangeTyped *typed)
{
    const char *old_text = typed->texts[PF_CHANGE_FIELD_PROOF];
    const char *new_text = typed->texts[PF_CHANGE_FIELD_NEW];
    const char *again_text = typed->texts[PF_CHANGE_FIELD_AGAIN];
    PfPinChangeVerdict verdict = check_new(request, new_text);
    if (verdict != PF_PIN_CHANGE_OK)
        return verdict;
    if (pf_pin_request_get_proof(request) == PF_PROOF_PIN && g_strcmp0(old_text, new_text) == 0)
        return PF_PIN_CHANGE_NEW_IS_OLD;
    if (strcmp(new_text, again_text) == 0)
        return PF_PIN_CHANGE_OK;
    if (strncmp(new_text, again_text, strlen(again_text)) == 0)
        return PF_PIN_CHANGE_AGAIN_SHORT;
    return PF_PIN_CHANGE_AGAIN_DIFFERENT;
}

PfPinChangeVerdict
pf_pin_change_check(const PfPinRequest *request, const PfChangeTyped *typed)
{
    const char *const *texts = typed->texts;
    PfPinChangeVerdict verdict = PF_PIN_CHANGE_OK;
    if (texts[PF_CHANGE_FIELD_NAME] != NULL)
        verdict = check_name(request, texts[PF_CHANGE_FIELD_NAME]);
    if (verdict == PF_PIN_CHANGE_OK && g_strcmp0(texts[PF_CHANGE_FIELD_KIND], "") == 0)
        verdict = PF_PIN_CHANGE_KIND_UNKNOWN;
    if (verdict == PF_PIN_CHANGE_OK && texts[PF_CHANGE_FIELD_PROOF] != NULL)
        verdict = check_proof(request, texts[PF_CHANGE_FIELD_PROOF]);
    if (verdict == PF_PIN_CHANGE_OK && texts[PF_CHANGE_FIELD_NEW] != NULL)
        verdict = check_pair(request, typed);
    if (verdict == PF_PIN_CHANGE_OK && g_strcmp0(texts[PF_CHANGE_FIELD_SURE], "") == 0)
        verdict = PF_PIN_CHANGE_NOT_SURE;
    return verdict;
}

static PfChangeField
get_last_field(const PfPinRequest *request)
{
    PfChangeField last = PF_CHANGE_FIELD_NAME;
    for (PfChangeField field = PF_CHANGE_FIELD_NAME; field < PF_N_CHANGE_FIELDS; field++) {
        if (pf_pin_change_asks(request, field))
            last = field;
    }
    return last;
}

PfChangeField
pf_pin_change_get_field(const PfPinRequest *request, PfPinChangeVerdict verdict)
{
    switch (verdict) {
    case PF_PIN_CHANGE_NAME_EMPTY:
    case PF_PIN_CHANGE_NAME_LONG:
    case PF_PIN_CHANGE_NAME_UNSEEN:
    case PF_PIN_CHANGE_NAME_IS_OLD:
        return PF_CHANGE_FIELD_NAME;
    case PF_PIN_CHANGE_KIND_UNKNOWN:
        return PF_CHANGE_FIELD_KIND;
    case PF_PIN_CHANGE_OLD_EMPTY:
    case PF_PIN_CHANGE_OLD_LONG:
        return PF_CHANGE_FIELD_PROOF;
    case PF_PIN_CHANGE_NEW_EMPTY:
    case PF_PIN_CHANGE_NEW_SHORT:
    case PF_PIN_CHANGE_NEW_LONG:
    case PF_PIN_CHANGE_NEW_IS_OLD:
        return PF_CHANGE_FIELD_NEW;
    case PF_PIN_CHANGE_AGAIN_SHORT:
    case PF_PIN_CHANGE_AGAIN_DIFFERENT:
        return PF_CHANGE_FIELD_AGAIN;
    case PF_PIN_CHANGE_NOT_SURE:
        return PF_CHANGE_FIELD_SURE;
    case PF_PIN_CHANGE_OK:
        break;
    }
    return get_last_field(request);
}

gboolean
pf_pin_change_is_error(PfPinChangeVerdict verdict)
{
    switch (verdict) {
    case PF_PIN_CHANGE_NAME_LONG:
    case PF_PIN_CHANGE_NAME_UNSEEN:
    case PF_PIN_CHANGE_OLD_LONG:
    case PF_PIN_CHANGE_NEW_LONG:
    case PF_PIN_CHANGE_NEW_IS_OLD:
    case PF_PIN_CHANGE_AGAIN_DIFFERENT:
        return TRUE;
    default:
        return FALSE;
    }
}

static const char *
get_proof_missing(const PfPinRequest *request)
{
    PfTask task = pf_pin_request_get_task(request);
    if (task == PF_TASK_IMPORT || task == PF_TASK_GENERATE)
        return _("Enter the PIN of the token.");
    switch (pf_pin_request_get_proof(request)) {
    case PF_PROOF_PUK:
        return _("Enter the PUK.");
    case PF_PROOF_OFFICER:
        return _("Enter the administrator PIN.");
    default:
        return _("Enter the present PIN.");
    }
}

char *
pf_pin_change_dup_text(const PfPinRequest *request, PfPinChangeVerdict verdict)
{
    switch (verdict) {
    case PF_PIN_CHANGE_OK:
        break;
    case PF_PIN_CHANGE_NAME_EMPTY:
        return g_strdup(_("Enter a name."));
    case PF_PIN_CHANGE_NAME_LONG:
        if (pf_pin_request_get_task(request) == PF_TASK_GENERATE)
            return g_strdup(_("Too long for the name of a key."));
        return g_strdup(_("Too long for the name of a token."));
    case PF_PIN_CHANGE_NAME_UNSEEN:
        return g_strdup(_("A name has no line breaks, tabs or invisible characters."));
    case PF_PIN_CHANGE_NAME_IS_OLD:
        return g_strdup(_("This is the name that the token has."));
    case PF_PIN_CHANGE_KIND_UNKNOWN:
        return g_strdup(_("The token has not said yet which kinds of keys it makes."));
    case PF_PIN_CHANGE_OLD_EMPTY:
        return g_strdup(get_proof_missing(request));
    case PF_PIN_CHANGE_NEW_EMPTY:
        if (pf_pin_request_get_task(request) == PF_TASK_CREATE)
            return g_strdup(_("Enter a PIN."));
        return g_strdup(_("Enter the new PIN."));
    case PF_PIN_CHANGE_NEW_SHORT:
        return pf_pin_request_dup_length_text(request, PF_PIN_LENGTH_SHORT);
    case PF_PIN_CHANGE_OLD_LONG:
    case PF_PIN_CHANGE_NEW_LONG:
        return pf_pin_request_dup_length_text(request, PF_PIN_LENGTH_LONG);
    case PF_PIN_CHANGE_NEW_IS_OLD:
        return g_strdup(_("The new PIN is the same as the present one."));
    case PF_PIN_CHANGE_AGAIN_SHORT:
        if (pf_pin_request_get_task(request) == PF_TASK_CREATE)
            return g_strdup(_("Repeat the PIN."));
        return g_strdup(_("Repeat the new PIN."));
    case PF_PIN_CHANGE_AGAIN_DIFFERENT:
        return g_strdup(_("The repetition is different."));
    case PF_PIN_CHANGE_NOT_SURE:
        return g_strdup(_("Tick the box first: it cannot be undone."));
    }
    return NULL;
}
