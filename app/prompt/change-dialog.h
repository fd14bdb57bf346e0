/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The window in which a person changes the PIN of a token, or sets one. */
#pragma once

#include "pin-page.h"
#include "prompt-dialog.h"

#define PF_TYPE_CHANGE_DIALOG (pf_change_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfChangeDialog, pf_change_dialog, PF, CHANGE_DIALOG, PfPromptDialog)

/* A dialog for REQUEST, which it takes; it submits only what pf_pin_change_check() allows. */
PfPromptDialog *pf_change_dialog_new(PfPinRequest *request);

/* Copies what was typed into new PIN pages, straight from locked memory, and empties the entry of
 * the present PIN; the new one stays for a retry. OLD_PAGE is untouched where no PIN is proven.
 * Returns 0 or pf_pin_page_create()'s -errno, with no page made; the caller owns the pages. */
int pf_change_dialog_take_pins(PfChangeDialog *self, PfPinPage *old_page, PfPinPage *new_page);
