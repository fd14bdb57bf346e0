/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What is to be told about the difference between two looks at the tokens. */
#pragma once

#include "notice.h"
#include "reader-watch.h"

/* The tokens of ROWS that the agent lists, PfTokenItem, as they are now; the caller's. */
GPtrArray *pf_token_changes_dup_tokens(GListModel *rows);

/* The token URI of TOKENS, or NULL. Borrowed. */
PfTokenItem *pf_token_changes_find(const GPtrArray *tokens, const char *uri);

/* PfNotice of tokens that came or went between BEFORE (NULL: nobody has looked) and NOW; what came
 * is settled in WATCH. LOST_PINS: a set of the URIs of tokens whose PIN was forgotten meanwhile.
 * The caller's. */
GPtrArray *pf_token_changes_dup_moves(const GPtrArray *before, const GPtrArray *now,
                                      PfReaderWatch *watch, GHashTable *lost_pins);

/* PfNotice of tokens whose tries have become few; the caller's. */
GPtrArray *pf_token_changes_dup_tries(const GPtrArray *before, const GPtrArray *now);

/* The URIs of tokens of BEFORE whose tries are no trouble any more; the caller's. */
GStrv pf_token_changes_dup_relieved(const GPtrArray *before, const GPtrArray *now);
