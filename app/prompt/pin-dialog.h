/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The window in which a person types the PIN of a token (DESIGN 9, accessible UI). */
#pragma once

#include "pin-page.h"
#include "prompt-dialog.h"

#define PF_TYPE_PIN_DIALOG (pf_pin_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfPinDialog, pf_pin_dialog, PF, PIN_DIALOG, PfPromptDialog)

/* A dialog for REQUEST, which it takes; it submits only what the token's limits allow. */
PfPromptDialog *pf_pin_dialog_new(PfPinRequest *request);

/* Where the request offers the keyring: is the PIN to be in it? */
gboolean pf_pin_dialog_remembers(PfPinDialog *self);

/* Copies what was typed into a new PIN page, straight from the entry's locked memory, and empties
 * the entry. Returns 0 or pf_pin_page_create()'s -errno; the caller owns the page. */
int pf_pin_dialog_take_pin(PfPinDialog *self, PfPinPage *page);
