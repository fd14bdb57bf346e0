/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One place a token can be: a card reader, with or without a token, or a software token. */
#pragma once

#include "domain-item.h"
#include "pin-state.h"

#define PF_TYPE_TOKEN_ITEM (pf_token_item_get_type())
G_DECLARE_FINAL_TYPE(PfTokenItem, pf_token_item, PF, TOKEN_ITEM, GObject)

/* What there is in a reader. */
typedef enum {
    PF_TOKEN_PRESENCE_NONE,    /* no card */
    PF_TOKEN_PRESENCE_READING, /* a card, which is being read */
    PF_TOKEN_PRESENCE_UNKNOWN, /* a card that nothing here can use */
    PF_TOKEN_PRESENCE_TOKEN,
} PfTokenPresence;

/* The token of an entry of `tokens` in Agent1.GetStatus; NULL for one without a URI. The caller
 * owns it. Signals: "changed", by pf_token_item_take(). */
PfTokenItem *pf_token_item_new(GVariant *token);

/* A token that no list has: all that is known is its URI. The caller owns it. */
PfTokenItem *pf_token_item_new_unlisted(const char *uri);

/* What ITEM says now: it may say something else later. The caller owns it. */
PfTokenItem *pf_token_item_dup(PfTokenItem *item);

/* A reader without a token. The caller owns it. */
PfTokenItem *pf_token_item_new_reader(const char *reader, PfTokenPresence presence);

/* Adds a domain of the token; only while the item is made. */
void pf_token_item_add_domain(PfTokenItem *self, PfDomainItem *domain);

typedef enum {
    PF_TOKEN_TRIES_ENOUGH, /* or nobody knows */
    PF_TOKEN_TRIES_LAST,
    PF_TOKEN_TRIES_NONE, /* its PIN is blocked */
} PfTokenTries;

/* Are both about the same token in the same place, or about the same reader without one? */
gboolean pf_token_item_is_same(PfTokenItem *self, PfTokenItem *other);

/* The person may call the token something else now. */
void pf_token_item_note_name(PfTokenItem *self);

/* Makes the item say what OTHER, which is_same, says. Returns whether it did not already. */
gboolean pf_token_item_take(PfTokenItem *self, PfTokenItem *other);

PfTokenPresence pf_token_item_get_presence(PfTokenItem *self);

/* Borrowed; NULL where there is no token, or no reader, or it is not known. */
const char *pf_token_item_get_uri(PfTokenItem *self);
const char *pf_token_item_get_reader(PfTokenItem *self);
const char *pf_token_item_get_module_path(PfTokenItem *self);

/* Never NULL; borrowed, and the same as long as the item lives. */
GListModel *pf_token_item_get_domains(PfTokenItem *self);

/* CKF names without the prefix; NULL: not known. Borrowed. */
const char *const *pf_token_item_get_flags(PfTokenItem *self);

/* Does the agent list it, or is it only known by a login? */
gboolean pf_token_item_is_listed(PfTokenItem *self);

/* Of a reader: is there some card in it? */
gboolean pf_token_item_has_card(PfTokenItem *self);

PfTokenTries pf_token_item_get_tries(PfTokenItem *self);

/* Number of PINs held for this token. */
guint pf_token_item_count_pins(PfTokenItem *self);

/* Does its PKCS#11 module say that it makes key pairs? */
gboolean pf_token_item_generates(PfTokenItem *self);

/* Can no PIN be given to the token any more? */
gboolean pf_token_item_is_blocked(PfTokenItem *self);

/* Words, plain text, the caller's; NULL where there is nothing to say. Title: what the person calls
 * it (token-names.h), else its label. State: what matters most of the token's or reader's. Cache:
 * who has its PIN. PIN: pf_pin_state_dup_words(). */
char *pf_token_item_dup_title(PfTokenItem *self);
char *pf_token_item_dup_detail(PfTokenItem *self);
char *pf_token_item_dup_state(PfTokenItem *self);
char *pf_token_item_dup_cache(PfTokenItem *self);
PfPinUrgency pf_token_item_dup_pin(PfTokenItem *self, char **ret_words);

/* What the token says of itself; the caller's, NULL where it does not. Label: only where the title
 * is another. */
char *pf_token_item_dup_label(PfTokenItem *self);
char *pf_token_item_dup_serial(PfTokenItem *self);
char *pf_token_item_dup_model(PfTokenItem *self);

/* Is no PIN of the token cached, by a rule or for what its keys are? Its cache's words say it. */
gboolean pf_token_item_is_never_cached(PfTokenItem *self);

/* What a logout ends, in words; NULL where there is no token. Static. */
const char *pf_token_item_get_logout_words(PfTokenItem *self);

/* Icon name; static. */
const char *pf_token_item_get_icon_name(PfTokenItem *self);
