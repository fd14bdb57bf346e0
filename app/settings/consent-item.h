/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One thing the person decided: a program, a token, a group, and the words for it. */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_CONSENT_ITEM (pf_consent_item_get_type())
G_DECLARE_FINAL_TYPE(PfConsentItem, pf_consent_item, PF, CONSENT_ITEM, GObject)

/* From an entry of Agent1.ListConsents; NULL for one without an ID. The caller owns the item. */
PfConsentItem *pf_consent_item_new(GVariant *consent);

/* Do both say the same to the person? A GEqualFunc of PfConsentItem. */
gboolean pf_consent_item_is_equal(gconstpointer a, gconstpointer b);

/* Borrowed; for Agent1.RevokeConsent. */
const char *pf_consent_item_get_id(PfConsentItem *self);

/* Borrowed; an icon name, which may be unknown here, or NULL. */
const char *pf_consent_item_get_icon_name(PfConsentItem *self);

/* Words, plain text, the caller's: the program; what was decided, for which token and group; by
 * what the program is known, and since when. */
char *pf_consent_item_dup_title(PfConsentItem *self);
char *pf_consent_item_dup_decision(PfConsentItem *self);
char *pf_consent_item_dup_detail(PfConsentItem *self);
