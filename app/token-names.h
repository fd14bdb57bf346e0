/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The names that the person gave to tokens: PKCS#11 cannot rename one, so they stand in the setting
 * `tokens`, and only Pinfold's own windows show them. */
#pragma once

#include "settings-view.h"

#define PF_TYPE_TOKEN_NAMES (pf_token_names_get_type())
G_DECLARE_FINAL_TYPE(PfTokenNames, pf_token_names, PF, TOKEN_NAMES, GObject)

/* Characters of a name; of one that is longer in the setting the rest is not shown. */
#define PF_TOKEN_NAMES_MAX_CHARS 64

/* There is one object, as there is one person. Without the settings' schema it has no names and
 * takes none. Signals: "changed", when any name is another, or names can be given no more.
 * Borrowed. Main thread, as all of it. */
PfTokenNames *pf_token_names_get(void);

/* VIEW knows better what the administrator has locked. */
void pf_token_names_set_view(PfTokenNames *self, PfSettingsView *view);

/* What the person calls the very token URI, as plain text; NULL: nothing. The caller's. */
char *pf_token_names_dup(const char *uri);

/* The same, or the label that the token has; NULL: neither. */
char *pf_token_names_dup_title(const char *uri);

/* May names be given at all? */
gboolean pf_token_names_can_change(void);

/* Calls the token NAME from now on: "", or what its label is, takes the name away. FALSE: it could
 * not be written. */
gboolean pf_token_names_change(const char *uri, const char *name);
