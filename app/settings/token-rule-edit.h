/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The setting `tokens` as the person changes it: pure functions on its value, a{sa{sv}}. */
#pragma once

#include <glib.h>

/* The mode of the very token URI: never, process, shared, or "" when it has none of its own. A mode
 * that is none means never, as it does to the agent. Static. */
const char *pf_token_rule_edit_get_mode(GVariant *tokens, const char *uri);

/* TOKENS with that mode ("": none) for URI. What else is said of the token stays; a token of which
 * nothing is said any more goes. The caller's, floating. */
GVariant *pf_token_rule_edit_set_mode(GVariant *tokens, const char *uri, const char *mode);

/* What the person calls the very token, as it was written; NULL: it has no name. The caller's. */
char *pf_token_rule_edit_dup_name(GVariant *tokens, const char *uri);

/* TOKENS with that name ("": none) for URI, as above. The caller's, floating. */
GVariant *pf_token_rule_edit_set_name(GVariant *tokens, const char *uri, const char *name);

/* Is anything said of the very token that is a rule? A name is none. */
gboolean pf_token_rule_edit_has_rule(GVariant *tokens, const char *uri);

/* The time limit KEY (idle-timeout, max-lifetime) of the very token; FALSE: none of its own. */
gboolean pf_token_rule_edit_get_seconds(GVariant *tokens, const char *uri, const char *key,
                                        guint *ret_seconds);
