/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One offer of the agent: a program that could use a login if the person wants it. */
#pragma once

#include <gio/gio.h>

#include "pin-request.h"

#define PF_TYPE_OFFER_ITEM (pf_offer_item_get_type())
G_DECLARE_FINAL_TYPE(PfOfferItem, pf_offer_item, PF, OFFER_ITEM, GObject)

/* Of REQUEST, which it takes. The caller owns the item. */
PfOfferItem *pf_offer_item_new(PfPinRequest *request);

/* Borrowed; it never changes. */
const PfPinRequest *pf_offer_item_get_request(PfOfferItem *self);
