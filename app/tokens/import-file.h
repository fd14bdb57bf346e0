/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The file of an import, wherever it is, for the helper, which knows descriptors only. */
#pragma once

#include <gio/gio.h>

/* Opens FILE. One that is not of this machine is read whole, into memory that no file has; it is
 * refused where it is larger than any that the helper takes. The callback comes on the caller's
 * main context. */
void pf_import_file_open_async(GFile *file, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);

/* A descriptor that the caller closes and that reads from the beginning, with pread() at least. -1:
 * ERROR says why, for people. */
int pf_import_file_open_finish(GAsyncResult *result, GError **error);
