/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfOfferItem: a request in a list model. */
#include "offer-item.h"

struct _PfOfferItem {
    GObject parent_instance;
    PfPinRequest *request;
};

G_DEFINE_FINAL_TYPE(PfOfferItem, pf_offer_item, G_TYPE_OBJECT)

PfOfferItem *
pf_offer_item_new(PfPinRequest *request)
{
    PfOfferItem *self = g_object_new(PF_TYPE_OFFER_ITEM, NULL);
    self->request = request;
    return self;
}

const PfPinRequest *
pf_offer_item_get_request(PfOfferItem *self)
{
    return self->request;
}

static void
finalize(GObject *object)
{
    pf_pin_request_free(PF_OFFER_ITEM(object)->request);
    G_OBJECT_CLASS(pf_offer_item_parent_class)->finalize(object);
}

static void
pf_offer_item_class_init(PfOfferItemClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_offer_item_init(PfOfferItem *self)
{
}
