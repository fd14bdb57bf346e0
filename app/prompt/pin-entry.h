/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* An entry for a PIN: what is typed lives in locked memory and is seen by no other process. */
#pragma once

#include <gtk/gtk.h>

#include "pin-page.h"

#define PF_TYPE_PIN_ENTRY (pf_pin_entry_get_type())
G_DECLARE_FINAL_TYPE(PfPinEntry, pf_pin_entry, PF, PIN_ENTRY, GtkEntry)

/* What is typed, in the entry's locked memory; borrowed until it changes. */
const char *pf_pin_entry_get_text(PfPinEntry *self);

/* Copies what was typed into a new PIN page. Returns 0 or pf_pin_page_create()'s -errno; the caller
 * owns the page. */
int pf_pin_entry_copy(PfPinEntry *self, PfPinPage *page);

/* Forgets what was typed. */
void pf_pin_entry_wipe(PfPinEntry *self);

/* Puts the cursor into it. */
void pf_pin_entry_focus(PfPinEntry *self);
