/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A token that can have a rule of its own. */
#pragma once

#include <gio/gio.h>

#include "token-item.h"

#define PF_TYPE_TOKEN_RULE_ITEM (pf_token_rule_item_get_type())
G_DECLARE_FINAL_TYPE(PfTokenRuleItem, pf_token_rule_item, PF, TOKEN_RULE_ITEM, GObject)

/* One of those that are there (TOKEN), or one of which the setting `tokens`, whose value is TOKENS,
 * says something (TOKEN NULL). The caller owns the item. Signals: "changed", its detail is another.
 */
PfTokenRuleItem *pf_token_rule_item_new(const char *uri, PfTokenItem *token, GVariant *tokens);

/* Borrowed; plain text. */
const char *pf_token_rule_item_get_uri(PfTokenRuleItem *self);
const char *pf_token_rule_item_get_title(PfTokenRuleItem *self);
const char *pf_token_rule_item_get_detail(PfTokenRuleItem *self);

/* Makes SELF say what OTHER does, unless it is about another token or has another title: then
 * FALSE. */
gboolean pf_token_rule_item_take(PfTokenRuleItem *self, PfTokenRuleItem *other);
