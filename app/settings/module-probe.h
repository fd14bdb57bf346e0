/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Whether a file is a PKCS#11 module that can be used: tried by the helper pinfold-tokens, never by
 * this process. */
#pragma once

#include <gio/gio.h>

/* Loads PATH in a process of its own, which has some seconds for it. */
void pf_module_probe_async(const char *path, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);

/* FALSE and *ERROR, whose message says what is wrong with the file: it cannot be used, or it is
 * Pinfold's own (G_IO_ERROR_NOT_SUPPORTED). */
gboolean pf_module_probe_finish(GAsyncResult *result, GError **error);
