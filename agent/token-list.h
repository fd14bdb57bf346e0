/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a list of tokens, an array of PfToken, has in it. */
#pragma once

#include "token-report.h"

/* The first one of URI, or NULL. Borrowed. */
const PfToken *pf_token_list_find(const GPtrArray *tokens, const char *uri);

/* Is there one of URI in READER, which may be NULL? */
gboolean pf_token_list_has(const GPtrArray *tokens, const char *uri, const char *reader);

/* The set of URIs that a helper has read. Free with g_hash_table_unref(). */
GHashTable *pf_token_list_find_read(const GPtrArray *tokens);

/* The URIs of those that a helper has found in several readers at once: free with g_strfreev(). */
GStrv pf_token_list_find_doubled(const GPtrArray *tokens);

/* A module cannot fill the agent's memory: of those that modules reported, beyond MAX the oldest
 * ones go. */
void pf_token_list_limit_reported(GPtrArray *tokens, guint max);
