/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLockWatch: the screen savers that say on the session bus when they lock and unlock the screen.
 *
 * Each is heard from the moment it owns its name, whenever that is; none is started. Main thread
 * only. */
#pragma once

#include <gio/gio.h>

typedef struct PfLockWatch PfLockWatch;

/* SOURCE, a static name, says whether the screen is locked now, or was when it was met; one that is
 * gone says that it is not. */
typedef void (*PfLockWatchFunc)(const char *source, gboolean is_locked, gpointer user_data);

PfLockWatch *pf_lock_watch_new(GDBusConnection *session_bus, PfLockWatchFunc func,
                               gpointer user_data);

/* Bus names of the savers that are there: static strings, the array is the caller's, free with
 * g_ptr_array_unref(). */
GPtrArray *pf_lock_watch_list_savers(const PfLockWatch *watch);

/* Does any of them say that the screen is locked? */
gboolean pf_lock_watch_is_locked(const PfLockWatch *watch);

/* Nothing is told afterwards. NULL is fine. */
void pf_lock_watch_free(PfLockWatch *watch);
