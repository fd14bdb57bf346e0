/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Outcomes: one sentence for each fault that a person can do something about. */
#include "task-outcome.h"

#include <glib/gi18n.h>

gboolean
pf_task_outcome_is_rejection(PfTokensFault fault)
{
    return fault == PF_TOKENS_FAULT_REJECTED || fault == PF_TOKENS_FAULT_LOCKED;
}

static PfChangeField
find_field(PfTokensFault fault)
{
    switch (fault) {
    case PF_TOKENS_FAULT_LENGTH:
    case PF_TOKENS_FAULT_INVALID:
        return PF_CHANGE_FIELD_PROOF;
    case PF_TOKENS_FAULT_NEW_LENGTH:
    case PF_TOKENS_FAULT_NEW_INVALID:
        return PF_CHANGE_FIELD_NEW;
    case PF_TOKENS_FAULT_BAD_LABEL:
    case PF_TOKENS_FAULT_EXISTS:
        return PF_CHANGE_FIELD_NAME;
    case PF_TOKENS_FAULT_UNSUPPORTED_KEY:
        return PF_CHANGE_FIELD_KIND;
    case PF_TOKENS_FAULT_WRONG_PASSWORD:
        return PF_CHANGE_FIELD_PASSWORD;
    default:
        return PF_N_CHANGE_FIELDS;
    }
}

PfChangeField
pf_task_outcome_get_field(PfTask task, PfTokensFault fault)
{
    g_autoptr(PfPinRequest) request = pf_pin_request_new_task(task);
    PfChangeField field = find_field(fault);
    if (field == PF_N_CHANGE_FIELDS || !pf_pin_change_asks(request, field))
        return PF_N_CHANGE_FIELDS;
    return field;
}

/* Of what was typed, or of how the token is. NULL: of neither. */
static const char *
get_token_text(PfTokensFault fault)
{
    switch (fault) {
    case PF_TOKENS_FAULT_LENGTH:
    case PF_TOKENS_FAULT_NEW_LENGTH:
        return _("The token does not take a PIN of this length.");
    case PF_TOKENS_FAULT_INVALID:
    case PF_TOKENS_FAULT_NEW_INVALID:
        return _("The token does not take these characters in a PIN. Many take digits only.");
    case PF_TOKENS_FAULT_ALREADY_SET:
        return _("The token has a PIN already. Change it, or unblock it.");
    case PF_TOKENS_FAULT_BAD_LABEL:
        return _("A token cannot have this name.");
    case PF_TOKENS_FAULT_EXISTS:
        return _("There is a token with this name already.");
    case PF_TOKENS_FAULT_NO_TOOL:
        return _("SoftHSM's own program, softhsm2-util, is not installed.");
    case PF_TOKENS_FAULT_NO_PIN:
        return _("The token has no PIN yet. Set one first.");
    case PF_TOKENS_FAULT_EXPIRED:
        return _("The token wants another PIN first. Change the PIN.");
    case PF_TOKENS_FAULT_KEYPAD:
        return _("This token takes its PIN from the keys of the reader, not from Pinfold.");
    case PF_TOKENS_FAULT_READ_ONLY:
        return _("The token does not let itself be changed.");
    case PF_TOKENS_FAULT_FULL:
        return _("There is no room left on the token.");
    case PF_TOKENS_FAULT_UNSUPPORTED:
        return _("The token, or its PKCS#11 module, cannot do this.");
    default:
        return NULL;
    }
}

/* NULL: it is not about a file. */
static const char *
get_file_text(PfTokensFault fault)
{
    switch (fault) {
    case PF_TOKENS_FAULT_BAD_FILE:
        return _("This is no PKCS#12 file, or it is damaged.");
    case PF_TOKENS_FAULT_FILE_TOO_LARGE:
        return _("The file is too large to hold keys and certificates.");
    case PF_TOKENS_FAULT_FILE_ALGORITHM:
        return _("The file is encrypted in a way that is not supported here. Save it again with "
                 "AES where it comes from.");
    case PF_TOKENS_FAULT_WRONG_PASSWORD:
        return _("Wrong password.");
    case PF_TOKENS_FAULT_NO_KEY:
        return _("There is no private key in the file.");
    case PF_TOKENS_FAULT_UNSUPPORTED_KEY:
        return _("The token does not take this kind of key. Nothing was imported.");
    default:
        return NULL;
    }
}

/* Where it is said in other words than of anything else. */
static const char *
get_generate_text(PfTokensFault fault)
{
    switch (fault) {
    case PF_TOKENS_FAULT_BAD_LABEL:
        return _("A key cannot have this name.");
    case PF_TOKENS_FAULT_UNSUPPORTED_KEY:
        return _("The token does not make this kind of key. Choose another one.");
    case PF_TOKENS_FAULT_STOPPED:
        return _("It was stopped.");
    case PF_TOKENS_FAULT_GONE:
        return _("The token is not there any more.");
    default:
        return NULL;
    }
}

const char *
pf_task_outcome_get_text(PfTask task, PfTokensFault fault)
{
    const char *text = task == PF_TASK_GENERATE ? get_generate_text(fault) : NULL;
    if (text == NULL)
        text = get_token_text(fault);
    if (text == NULL)
        text = get_file_text(fault);
    if (text != NULL)
        return text;
    if (task == PF_TASK_CREATE && fault == PF_TOKENS_FAULT_NOT_LOADED)
        return _("Software tokens are kept by SoftHSM, which is not installed.");
    switch (fault) {
    case PF_TOKENS_FAULT_GONE:
        return _("The token is not there any more. Nothing was changed.");
    case PF_TOKENS_FAULT_DOUBLED:
        return _("There are two tokens that cannot be told apart. Remove one of them.");
    case PF_TOKENS_FAULT_BUSY:
        return _("Other programs are using the token. Close them, then try again.");
    case PF_TOKENS_FAULT_STOPPED:
        return _("The import was stopped.");
    case PF_TOKENS_FAULT_CANCELED:
        return _("It was cancelled at the reader. Nothing was changed.");
    case PF_TOKENS_FAULT_NOT_LOADED:
    case PF_TOKENS_FAULT_NOT_INITIALISED:
        return _("The PKCS#11 module of the token does not start.");
    case PF_TOKENS_FAULT_NOT_HELD:
        return _("Pinfold's agent did not keep other programs off the token. Nothing was changed; "
                 "try again.");
    case PF_TOKENS_FAULT_CRASHED:
        return _("The PKCS#11 module of the token crashed. Whether anything was changed is not "
                 "known.");
    case PF_TOKENS_FAULT_TIMED_OUT:
        return _("The token does not answer. Whether anything was changed is not known.");
    default:
        return _("The token reported an error. Check that it is still connected, then try again.");
    }
}

char *
pf_task_outcome_dup_done(PfTask task, const char *name)
{
    switch (task) {
    case PF_TASK_UNBLOCK_PIN:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("“%s” has a new PIN and is not blocked any more"), name);
    case PF_TASK_SET_PIN:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("“%s” has a PIN now"), name);
    case PF_TASK_CREATE:
        /* Translators: %s is the label of a software token. */
        return g_strdup_printf(_("“%s” was created"), name);
    case PF_TASK_DELETE:
        /* Translators: %s is the label of a software token. */
        return g_strdup_printf(_("“%s” was deleted"), name);
    case PF_TASK_IMPORT:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("The file was imported into “%s”"), name);
    case PF_TASK_GENERATE:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("“%s” has made the key"), name);
    case PF_TASK_CHANGE_PIN:
    case PF_TASK_RENAME: /* seen where it was asked for */
    case PF_TASK_NONE:
        break;
    }
    /* Translators: %s is the label of a token. */
    return g_strdup_printf(_("The PIN of “%s” was changed"), name);
}
