/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One place a token can be: a card reader, with or without a token, or a software token. */
#pragma once

#include "domain-item.h"

#define PF_TYPE_TOKEN_ITEM (pf_token_item_get_type())
G_DECLARE_FINAL_TYPE(PfTokenItem, pf_token_item, PF, TOKEN_ITEM, GObject)

/* A token in READER (NULL: a software token) with LABEL and the CKF names FLAGS (NULL: not known).
 * The caller owns the item. */
PfTokenItem *pf_token_item_new(const char *reader, const char *uri, const char *label,
                               const char *const *flags);

/* A reader without a token that Pinfold can use; CARD_PRESENT: there is some card in it. */
PfTokenItem *pf_token_item_new_reader(const char *reader, gboolean card_present);

/* What the token's logout ends: `logout` of GetStatus, NULL where it is absent; only while the item
 * is made. */
void pf_token_item_set_logout(PfTokenItem *self, const char *logout);

/* Adds a domain of the token; only while the item is made. */
void pf_token_item_add_domain(PfTokenItem *self, PfDomainItem *domain);

/* Borrowed; the URI is NULL where there is no token. */
const char *pf_token_item_get_uri(PfTokenItem *self);
GListModel *pf_token_item_get_domains(PfTokenItem *self);

/* Number of PINs held for this token. */
guint pf_token_item_count_pins(PfTokenItem *self);

/* Words, plain text, the caller's; NULL where there is nothing to say. */
char *pf_token_item_dup_title(PfTokenItem *self);
char *pf_token_item_dup_detail(PfTokenItem *self);
char *pf_token_item_dup_state(PfTokenItem *self);

/* What a logout ends, in words; NULL where there is no token. Static. */
const char *pf_token_item_get_logout_words(PfTokenItem *self);

/* Icon name; static. */
const char *pf_token_item_get_icon_name(PfTokenItem *self);

/* Do both say the same to the person? */
gboolean pf_token_item_is_equal(PfTokenItem *self, PfTokenItem *other);
