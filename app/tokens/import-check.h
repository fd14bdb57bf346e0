/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Whether anything can be imported into a token: asked before the person has chosen a file for it.
 */
#pragma once

#include <gio/gio.h>

/* Asks the token with the URI, in another process and without a PIN. The callback comes on the
 * caller's main context. */
void pf_import_check_async(const char *uri, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);

/* A sentence that says why not; NULL: it can be, or nobody knows, or the question was cancelled.
 * Static. */
const char *pf_import_check_finish(GAsyncResult *result);
