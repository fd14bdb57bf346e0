/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Whether the desktop starts Pinfold: an entry in the autostart folder of the freedesktop
 * specification. */
#pragma once

#include <gio/gio.h>

typedef enum {
    PF_AUTOSTART_OFF,
    PF_AUTOSTART_ON,
    PF_AUTOSTART_BROKEN, /* there is a file of the person's that cannot be read as an entry */
} PfAutostart;

/* Reads the entry that counts: the person's own, else the system's. */
void pf_autostart_read_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
PfAutostart pf_autostart_read_finish(GAsyncResult *result);

/* Writes the person's own entry, or takes it away, and keeps what else is in one. Errors:
 * G_KEY_FILE_ERROR (it is broken, and stays as it is), G_IO_ERROR, G_FILE_ERROR. */
void pf_autostart_write_async(gboolean on, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean pf_autostart_write_finish(GAsyncResult *result, GError **error);

/* Where the person's own entry is, or would be; the caller's. */
char *pf_autostart_dup_path(void);
