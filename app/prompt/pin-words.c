/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinRequest: the sentences of dialogs, made of the details; no widgets. */
#include <glib/gi18n.h>

#include "consent-text.h"
#include "last-try-text.h"
#include "pin-request-private.h"
#include "plain-text.h"
#include "secret.h"

/* Of a program or token in a sentence. */
#define NAME_MAX_CHARS 32

char *
pf_pin_request_dup_token(const PfPinRequest *request)
{
    if (request->token_name != NULL)
        return g_strdup(request->token_name);
    if (request->token_label != NULL)
        return g_strdup(request->token_label);
    if (request->task == PF_TASK_CREATE)
        return NULL;
    /* Translators: stands for a token that has no label. */
    return g_strdup(_("unnamed token"));
}

/* A newer module may know more operations. */
typedef enum {
    OPERATION_SIGN,
    OPERATION_DECRYPT,
    OPERATION_OTHER,
} Operation;

static Operation
get_operation(const PfPinRequest *request)
{
    if (g_strcmp0(request->operation, "sign") == 0)
        return OPERATION_SIGN;
    return g_strcmp0(request->operation, "decrypt") == 0 ? OPERATION_DECRYPT : OPERATION_OTHER;
}

/* Is a program's own PIN to be confirmed, not the use of a cached one? */
static gboolean
is_last_try(const PfPinRequest *request)
{
    return request->kind == PF_PIN_REQUEST_CONFIRM && g_strcmp0(request->purpose, "last-try") == 0;
}

const char *
pf_pin_request_get_action(const PfPinRequest *request)
{
    if (request->task != PF_TASK_NONE)
        return pf_task_text_get_action(request->task);
    if (is_last_try(request))
        return pf_last_try_text_get_action();
    if (pf_pin_request_is_set(request))
        /* Translators: button that gives a new PIN to the token. */
        return _("_Set PIN");
    if (request->kind == PF_PIN_REQUEST_CHANGE)
        /* Translators: button that gives the present and the new PIN to the token. */
        return _("C_hange PIN");
    switch (get_operation(request)) {
    case OPERATION_SIGN:
        /* Translators: button that agrees to a signature. */
        return _("_Sign");
    case OPERATION_DECRYPT:
        /* Translators: button that agrees to a decryption. */
        return _("_Decrypt");
    case OPERATION_OTHER:
        break;
    }
    /* Translators: button that agrees to the use of a key. */
    return _("_Use Key");
}

static char *
dup_confirm_title(const PfPinRequest *request, const char *token)
{
    switch (get_operation(request)) {
    case OPERATION_SIGN:
        /* Translators: title of the dialog that asks for consent to a signature; %s is the label of
         * the token. */
        return g_strdup_printf(_("Sign — %s"), token);
    case OPERATION_DECRYPT:
        /* Translators: title of the dialog that asks for consent to a decryption; %s is the label
         * of the token. */
        return g_strdup_printf(_("Decrypt — %s"), token);
    case OPERATION_OTHER:
        break;
    }
    /* Translators: title of the dialog that asks for consent to the use of a key; %s is the label
     * of the token. */
    return g_strdup_printf(_("Use of a key — %s"), token);
}

static char *
dup_confirm_headline(const PfPinRequest *request, const char *program, const char *token)
{
    switch (get_operation(request)) {
    case OPERATION_SIGN:
        /* Translators: the first %s is the name of a program, the second the label of a token. */
        return g_strdup_printf(_("%s wants to sign with “%s”"), program, token);
    case OPERATION_DECRYPT:
        /* Translators: the first %s is the name of a program, the second the label of a token. */
        return g_strdup_printf(_("%s wants to decrypt with “%s”"), program, token);
    case OPERATION_OTHER:
        break;
    }
    /* Translators: the first %s is the name of a program, the second the label of a token. */
    return g_strdup_printf(_("%s wants to use a key of “%s”"), program, token);
}

char *
pf_pin_request_dup_window_title(const PfPinRequest *request)
{
    g_autofree char *token = pf_pin_request_dup_token(request);
    if (request->task != PF_TASK_NONE)
        return pf_task_text_dup_title(request->task, token);
    if (is_last_try(request))
        return pf_last_try_text_dup_title(token);
    if (request->kind == PF_PIN_REQUEST_CONFIRM)
        return dup_confirm_title(request, token);
    if (request->kind == PF_PIN_REQUEST_CONSENT)
        return pf_consent_text_dup_title(token);
    if (pf_pin_request_is_set(request))
        /* Translators: title of the dialog that sets a PIN; %s is the label of the token. */
        return g_strdup_printf(_("Set PIN — %s"), token);
    if (request->kind == PF_PIN_REQUEST_CHANGE)
        /* Translators: title of the dialog that changes a PIN; %s is the label of the token. */
        return g_strdup_printf(_("Change PIN — %s"), token);
    /* Translators: title of the PIN dialog; %s is the label of the token. Keep “PIN — ” as it is:
     * it is how assistive tools and tests know the window. */
    return g_strdup_printf(_("PIN — %s"), token);
}

char *
pf_pin_request_dup_program(const PfPinRequest *request)
{
    if (request->program_known && request->program != NULL)
        return g_strdup(request->program);
    if (request->executable != NULL)
        return g_path_get_basename(request->executable);
    /* Translators: stands where the name of a program would be; begins the sentence “%s asks for
     * the PIN of …”. */
    return g_strdup(_("An unknown program"));
}

/* A long name must not push the rest of its sentence out of the dialog; it takes TEXT. */
static char *
shorten(char *text)
{
    return pf_plain_text_shorten(text, NAME_MAX_CHARS);
}

char *
pf_pin_request_dup_headline(const PfPinRequest *request)
{
    g_autofree char *program = shorten(pf_pin_request_dup_program(request));
    g_autofree char *token = shorten(pf_pin_request_dup_token(request));
    if (request->task != PF_TASK_NONE)
        return pf_task_text_dup_headline(request->task, token);
    if (is_last_try(request))
        return pf_last_try_text_dup_headline(program, token);
    if (request->kind == PF_PIN_REQUEST_CONFIRM)
        return dup_confirm_headline(request, program, token);
    if (request->kind == PF_PIN_REQUEST_CONSENT)
        return pf_consent_text_dup_headline(program, token);
    if (pf_pin_request_is_set(request))
        /* Translators: the first %s is the name of a program, the second the label of a token. */
        return g_strdup_printf(_("%s asks for a new PIN for “%s”"), program, token);
    if (request->kind == PF_PIN_REQUEST_CHANGE)
        /* Translators: the first %s is the name of a program, the second the label of a token. */
        return g_strdup_printf(_("%s wants to change the PIN of “%s”"), program, token);
    /* Translators: the first %s is the name of a program, the second the label of a token. */
    return g_strdup_printf(_("%s asks for the PIN of “%s”"), program, token);
}

char *
pf_pin_request_dup_offer(const PfPinRequest *request)
{
    g_autofree char *program = shorten(pf_pin_request_dup_program(request));
    g_autofree char *token = shorten(pf_pin_request_dup_token(request));
    return pf_consent_text_dup_offer(program, token);
}

/* What one use of a key is for. Borrowed. */
static const char *
get_context_text(const PfPinRequest *request)
{
    switch (get_operation(request)) {
    case OPERATION_SIGN:
        return _("The program wants to sign with a key that asks for the PIN each time. The PIN is "
                 "used once and not kept.");
    case OPERATION_DECRYPT:
        return _("The program wants to decrypt with a key that asks for the PIN each time. The PIN "
                 "is used once and not kept.");
    case OPERATION_OTHER:
        break;
    }
    return _("This key asks for the PIN each time it is used. The PIN is used once and not kept.");
}

/* NULL: nothing that is not seen anyway. Borrowed. */
static const char *
get_purpose_text(const PfPinRequest *request)
{
    if (is_last_try(request))
        return pf_last_try_text_get_consequence(request->operation);
    if (request->kind == PF_PIN_REQUEST_CONFIRM)
        return _("This key asks each time it is used. Pinfold has the PIN and gives it to the "
                 "token this one time if you agree.");
    if (request->kind == PF_PIN_REQUEST_CONSENT)
        return pf_consent_text_get_consequence();
    if (pf_pin_request_is_set(request))
        return _("The new PIN replaces the one that the token has, which is not needed for this.");
    if (g_strcmp0(request->purpose, "wake") == 0)
        return _("Pinfold forgot the PIN in the meantime. The program needs it again to go on.");
    if (g_strcmp0(request->purpose, "context") == 0)
        return get_context_text(request);
    return NULL;
}

/* About a program that is not known. Borrowed. */
static const char *
get_warning(const PfPinRequest *request)
{
    if (request->kind == PF_PIN_REQUEST_CONSENT)
        return pf_consent_text_get_warning();
    if (request->kind == PF_PIN_REQUEST_CONFIRM)
        return _("Pinfold could not find out which program this is. Agree only if you have just "
                 "started it yourself.");
    return _("Pinfold could not find out which program this is. Enter the PIN only if you have "
             "just started it yourself.");
}

char *
pf_pin_request_dup_purpose(const PfPinRequest *request)
{
    if (request->task != PF_TASK_NONE)
        return g_strdup(pf_task_text_get_consequence(request->task));
    const char *text = get_purpose_text(request);
    if (request->program_known)
        return g_strdup(text);
    const char *warning = get_warning(request);
    return text != NULL ? g_strconcat(warning, "\n\n", text, NULL) : g_strdup(warning);
}

char *
pf_pin_request_dup_process(const PfPinRequest *request)
{
    if (request->file != NULL)
        return g_strdup(request->file);
    if (request->executable != NULL && request->pid != 0)
        /* Translators: %s is the path of an executable, the number its process ID. */
        return g_strdup_printf(_("%s, process %u"), request->executable, (guint)request->pid);
    if (request->executable != NULL)
        return g_strdup(request->executable);
    if (request->pid != 0)
        /* Translators: the number is a process ID. */
        return g_strdup_printf(_("Process %u"), (guint)request->pid);
    return NULL;
}

char *
pf_pin_request_dup_identity(const PfPinRequest *request)
{
    if (request->sandbox != NULL)
        /* Translators: %s is the name by which Flatpak or Snap know a program. */
        return g_strdup_printf(_("Runs in the sandbox %s"), request->sandbox);
    if (request->script != NULL)
        /* Translators: %s is the path of a script that an interpreter runs. */
        return g_strdup_printf(_("Runs the script %s"), request->script);
    return NULL;
}

static char *
dup_model(const PfPinRequest *request)
{
    const char *model =
        request->token_model != NULL ? request->token_model : request->token_manufacturer;
    if (model != NULL && request->token_serial != NULL)
        /* Translators: the model of a token and its serial number. */
        return g_strdup_printf(_("%s, serial number %s"), model, request->token_serial);
    if (request->token_serial != NULL)
        /* Translators: %s is the serial number of a token. */
        return g_strdup_printf(_("Serial number %s"), request->token_serial);
    return g_strdup(model);
}

/* What the person calls it is no proof of what it is. */
char *
pf_pin_request_dup_token_details(const PfPinRequest *request)
{
    g_autofree char *model = dup_model(request);
    if (request->token_name == NULL || request->token_label == NULL)
        return g_steal_pointer(&model);
    /* Translators: %s is the label that a token has, where the person calls it something else. */
    g_autofree char *label = g_strdup_printf(_("Label “%s”"), request->token_label);
    return model != NULL ? g_strconcat(label, "\n", model, NULL) : g_steal_pointer(&label);
}

PfPinLength
pf_pin_request_check_typed(const PfPinRequest *request, const char *text, gsize length)
{
    return pf_pin_rule_check_typed(text, length, (CK_ULONG)request->min_len,
                                   (CK_ULONG)request->max_len);
}

/* The upper limit that a person meets. */
static guint
max_typed(const PfPinRequest *request)
{
    if (request->max_len == 0 || request->max_len > PF_SECRET_MAX)
        return PF_SECRET_MAX;
    return (guint)request->max_len;
}

char *
pf_pin_request_dup_length_text(const PfPinRequest *request, PfPinLength verdict)
{
    guint limit;
    switch (verdict) {
    case PF_PIN_LENGTH_OK:
        break;
    case PF_PIN_LENGTH_EMPTY:
        return g_strdup(_("Enter the PIN first."));
    case PF_PIN_LENGTH_SHORT:
        limit = (guint)request->min_len;
        return g_strdup_printf(
            ngettext("Too short: the PIN of this token has at least %u character.",
                     "Too short: the PIN of this token has at least %u "
                     "characters.",
                     limit),
            limit);
    case PF_PIN_LENGTH_LONG:
        limit = max_typed(request);
        return g_strdup_printf(ngettext("Too long: the PIN of this token has at most %u character.",
                                        "Too long: the PIN of this token has at most %u "
                                        "characters.",
                                        limit),
                               limit);
    case PF_PIN_LENGTH_HAS_NUL:
        return g_strdup(_("This text cannot be a PIN."));
    }
    return NULL;
}
