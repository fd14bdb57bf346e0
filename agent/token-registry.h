/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenRegistry: which tokens there are, and in which readers.
 *
 * Readers come from the PC/SC watcher, tokens from pinfold-tokens, which is run at each card event,
 * and from what modules report. Main thread only. Signals:
 *
 *   "token-found" (const char *token_uri): a hardware token that was not there when the helper read
 *       the tokens the last time.
 *   "token-gone" (const char *token_uri): its card was removed, or a hardware token without a
 * reader may have been; told from the PC/SC event itself. Software tokens never go. "card-removed"
 * (): after these; what the registry does not know now may be gone, too. "card-inserted" (): in any
 * reader. "changed" (): readers,
 * tokens or modules are not what they were. "refreshed" (): no helper runs any more; what it found
 * is in place. "flags-read" (const char *token_uri, guint64 flags, gint64 since): what a helper
 * that was started at SINCE (monotonic µs) has read of a token.
 */
#pragma once

#include <gio/gio.h>

#include "cache.h"
#include "pcsc-watcher.h"
#include "token-report.h"

#define PF_TYPE_TOKEN_REGISTRY pf_token_registry_get_type()
G_DECLARE_FINAL_TYPE(PfTokenRegistry, pf_token_registry, PF, TOKEN_REGISTRY, GObject)

/* HELPER: the path of pinfold-tokens. Does not run it yet. */
PfTokenRegistry *pf_token_registry_new(PfPcscWatcher *watcher, const char *helper);

/* Runs the helper; while one runs already, once more after it. */
void pf_token_registry_refresh(PfTokenRegistry *self);

/* Ends a running helper; none runs afterwards. Before the last unref: a helper holds a reference.
 */
void pf_token_registry_stop(PfTokenRegistry *self);

gboolean pf_token_registry_is_refreshing(PfTokenRegistry *self);

/* Takes in what a module said (PfCache's "token-reported"). */
void pf_token_registry_take_report(PfTokenRegistry *self, const PfReportedToken *report);

/* As last found; borrowed, valid until the main context runs. */
const GPtrArray *pf_token_registry_get_tokens(PfTokenRegistry *self);
const GPtrArray *pf_token_registry_get_modules(PfTokenRegistry *self);

/* The first entry of TOKEN_URI, or NULL; borrowed as above. */
const PfToken *pf_token_registry_find(PfTokenRegistry *self, const char *token_uri);

/* The URIs of tokens that are in several readers at once: free with g_strfreev(). */
GStrv pf_token_registry_list_doubled(PfTokenRegistry *self);

/* Asks how many tries the token's PIN has left, where that costs none (DESIGN 9a). */
void pf_token_registry_tries_left_async(PfTokenRegistry *self, const char *token_uri,
                                        GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);

/* The number, or -1: not known. */
int pf_token_registry_tries_left_finish(PfTokenRegistry *self, GAsyncResult *result);
