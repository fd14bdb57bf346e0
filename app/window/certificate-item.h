/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One certificate of a token, and the words for it. */
#pragma once

#include <gio/gio.h>

#include "certificate-facts.h"

#define PF_TYPE_CERTIFICATE_ITEM (pf_certificate_item_get_type())
G_DECLARE_FINAL_TYPE(PfCertificateItem, pf_certificate_item, PF, CERTIFICATE_ITEM, GObject)

typedef enum {
    PF_CERTIFICATE_VALID,
    PF_CERTIFICATE_SOON, /* it expires within 30 days */
    PF_CERTIFICATE_EXPIRED,
    PF_CERTIFICATE_NOT_YET,
    PF_CERTIFICATE_UNREADABLE,
} PfCertificateValidity;

/* DER that is no certificate makes an unreadable item. LABEL: the token's name for it, or NULL.
 * URI: of the token. The caller owns the item, which never changes. */
PfCertificateItem *pf_certificate_item_new(const char *uri, const char *label, GBytes *der);

/* Borrowed. */
const char *pf_certificate_item_get_uri(PfCertificateItem *self);
GBytes *pf_certificate_item_get_der(PfCertificateItem *self);

/* Can a PfCertificateDialog show it? */
gboolean pf_certificate_item_has_detail(PfCertificateItem *self);

/* Does it say who somebody is, and is not only there to check such certificates? */
gboolean pf_certificate_item_is_of_holder(PfCertificateItem *self);

/* NOW: Unix seconds. */
PfCertificateValidity pf_certificate_item_get_validity(PfCertificateItem *self, gint64 now);

/* The sign beside a validity that the person should know of: shapes that differ, for those who do
 * not see colours. NULL where there is nothing to worry about. Static. */
const char *pf_certificate_item_get_validity_icon(PfCertificateItem *self, gint64 now);

/* 0 for one that is for other purposes, or unreadable. */
PfCertificateUse pf_certificate_item_get_uses(PfCertificateItem *self);

/* The subject's name, plain text; NULL where there is none. Borrowed. */
const char *pf_certificate_item_get_subject(PfCertificateItem *self);

/* Words, plain text, the caller's; NULL where there is nothing to say. */
char *pf_certificate_item_dup_title(PfCertificateItem *self);
char *pf_certificate_item_dup_issuer(PfCertificateItem *self);
char *pf_certificate_item_dup_validity(PfCertificateItem *self, gint64 now);
char *pf_certificate_item_dup_uses(PfCertificateItem *self);

/* The uses, and the token's name for it, which tells certificates of one person apart. As above. */
char *pf_certificate_item_dup_detail(PfCertificateItem *self);
