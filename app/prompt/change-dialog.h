/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The window in which a person changes something of a token: its PIN for a program, or whatever it
 * wants to do itself (PfTask). */
#pragma once

#include "change-secrets.h"
#include "pin-change.h"
#include "prompt-dialog.h"

#define PF_TYPE_CHANGE_DIALOG (pf_change_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfChangeDialog, pf_change_dialog, PF, CHANGE_DIALOG, PfPromptDialog)

/* A dialog for REQUEST, which it takes; it submits only what pf_pin_change_check() allows. */
PfPromptDialog *pf_change_dialog_new(PfPinRequest *request);

/* Copies what was typed and empties the entries of the proof and of a file's password: an import
 * can take its time. A new PIN, which has to be typed twice, stays for a retry. FALSE with nothing
 * copied where there is no locked memory for it; errno says why. The caller clears. */
gboolean pf_change_dialog_take_secrets(PfChangeDialog *self, PfChangeSecrets *ret_secrets);

/* The name that was typed, without blanks around it. The caller owns it. */
char *pf_change_dialog_dup_name(PfChangeDialog *self);

/* The person can choose among the kinds of keys with those WORDS (agent/tokens/tokens-kind.h), of
 * which the first is proposed. Once. */
void pf_change_dialog_set_kinds(PfChangeDialog *self, const char *const *words);

/* The word of the one that is chosen; NULL: none. Borrowed. */
const char *pf_change_dialog_get_kind(PfChangeDialog *self);

/* While what was sent is worked on: TEXT says with what, and as much of TOTAL (0: not known) is
 * done.
 */
void pf_change_dialog_show_progress(PfChangeDialog *self, const char *text, guint done,
                                    guint total);

/* Says in plain TEXT what is wrong with FIELD, which is emptied if it is a secret, and lets the
 * person answer again. */
void pf_change_dialog_refuse(PfChangeDialog *self, PfChangeField field, const char *text);
