/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A token whose PIN is in the person's keyring, as Agent1.ListStoredPins tells of it. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_STORED_PIN_ITEM (pf_stored_pin_item_get_type())
G_DECLARE_FINAL_TYPE(PfStoredPinItem, pf_stored_pin_item, PF, STORED_PIN_ITEM, GObject)

/* Of an entry a{sv}; NULL for one that names no token. The caller owns it. */
PfStoredPinItem *pf_stored_pin_item_new(GVariant *entry);

/* Do both say the same to the person? A GEqualFunc of PfStoredPinItem. */
gboolean pf_stored_pin_item_is_equal(gconstpointer a, gconstpointer b);

/* Borrowed. */
const char *pf_stored_pin_item_get_token_uri(PfStoredPinItem *self);

/* Plain text, the caller's. */
char *pf_stored_pin_item_dup_title(PfStoredPinItem *self);
char *pf_stored_pin_item_dup_detail(PfStoredPinItem *self);
