/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The one window in which a person types a PIN (DESIGN 9, accessible UI). */
#pragma once

#include <gtk/gtk.h>

#include "pin-page.h"
#include "pin-request.h"

#define PF_TYPE_PIN_DIALOG (pf_pin_dialog_get_type())
G_DECLARE_FINAL_TYPE(PfPinDialog, pf_pin_dialog, PF, PIN_DIALOG, GtkDialog)

/* Seconds without a key press after which the dialog gives up. */
#define PF_PIN_DIALOG_TIMEOUT_S 120u

/* A dialog for REQUEST, which it takes. It knows no bus: it emits "submitted" when the person has
 * entered a PIN that the token's limits allow, and "cancelled" once when the person, or
 * PF_PIN_DIALOG_TIMEOUT_S, ends it. The caller shows and destroys it; typed text is wiped with it.
 * Main thread. */
PfPinDialog *pf_pin_dialog_new(PfPinRequest *request);

/* Borrowed; it changes with pf_pin_dialog_retry(). */
const PfPinRequest *pf_pin_dialog_get_request(PfPinDialog *self);

/* The PIN was wrong: says so, empties the entry and lets the person type again. Takes REQUEST. */
void pf_pin_dialog_retry(PfPinDialog *self, PfPinRequest *request);

/* The agent refused the length of what was typed, before any card saw it: the person types again.
 */
void pf_pin_dialog_refuse(PfPinDialog *self);

/* Copies what was typed into a new PIN page, straight from the entry's locked memory, and empties
 * the entry. Returns 0 or pf_pin_page_create()'s -errno; the caller owns the page. */
int pf_pin_dialog_take_pin(PfPinDialog *self, PfPinPage *page);

/* Shows TEXT, which is plain, as an error and lets the person type again. */
void pf_pin_dialog_show_error(PfPinDialog *self, const char *text);
