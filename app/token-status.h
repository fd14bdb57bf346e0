/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What Agent1.GetStatus says, as the lists that the windows show. */
#pragma once

#include <gio/gio.h>

/* Readers, each with its tokens, then tokens without a reader, then tokens that only logins tell
 * of: PfTokenItem, the caller's. */
GPtrArray *pf_token_status_read(GVariant *status);

/* The list KEY of STATUS, aa{sv}, an empty one where there is none; the caller's. */
GVariant *pf_token_status_lookup_list(GVariant *status, const char *key);
