/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One login domain as the windows show it: which programs have a PIN of a token. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_DOMAIN_ITEM (pf_domain_item_get_type())
G_DECLARE_FINAL_TYPE(PfDomainItem, pf_domain_item, PF, DOMAIN_ITEM, GObject)

/* From an entry of `domains` in Agent1.GetStatus. The caller owns the item. */
PfDomainItem *pf_domain_item_new(GVariant *domain);

/* Borrowed; never NULL. */
const char *pf_domain_item_get_app_id(PfDomainItem *self);
const char *pf_domain_item_get_token_uri(PfDomainItem *self);

/* Is a PIN held? */
gboolean pf_domain_item_has_pin(PfDomainItem *self);

/* Was the ID opened, so that the domain stays without programs until somebody ends it? */
gboolean pf_domain_item_is_open(PfDomainItem *self);

/* Its programs, with commas; NULL where there are none. Borrowed. */
const char *pf_domain_item_get_programs(PfDomainItem *self);

/* When its PIN will be forgotten if nobody uses it, in Unix seconds; 0: no end is set. */
gint64 pf_domain_item_get_until(PfDomainItem *self);

/* The programs that use the token although the PIN is forgotten, or NULL. Borrowed. */
const char *pf_domain_item_get_still_open(PfDomainItem *self);

/* Does it matter to the person: is a PIN held, was one forgotten that will be asked again or is in
 * use to the end, or is it kept open? */
gboolean pf_domain_item_is_shown(PfDomainItem *self);

/* Words, plain text, the caller's: the programs; their processes and since when. */
char *pf_domain_item_dup_title(PfDomainItem *self);
char *pf_domain_item_dup_detail(PfDomainItem *self);

/* Do both say the same to the person? A GEqualFunc of PfDomainItem. */
gboolean pf_domain_item_is_equal(gconstpointer a, gconstpointer b);
