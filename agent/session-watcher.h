/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSessionWatcher: what happens to the person's desktop session that PINs should not survive.
 *
 * Listens on both buses, without polling and without starting anything; where a bus or a service is
 * missing, nothing of it is told. Knows nothing of the cache. Main thread only. Signals:
 *
 *   "locked" (const char *source): the screen is locked; the source is logind or a saver's name.
 *   "lock-changed" (): is_locked has another answer.
 *   "going-to-sleep" (): sleep waits until the handlers have returned. Only if set_guards_sleep.
 *   "user-switched" (): another user's session is in front on our seat.
 *   "session-ended" (const char *source): logind, or session-bus: that bus is gone.
 */
#pragma once

#include <gio/gio.h>

#define PF_TYPE_SESSION_WATCHER pf_session_watcher_get_type()
G_DECLARE_FINAL_TYPE(PfSessionWatcher, pf_session_watcher, PF, SESSION_WATCHER, GObject)

/* Begins to listen; no signal comes from within this call. */
PfSessionWatcher *pf_session_watcher_new(void);

/* Whether sleep is to be held up and told of; not at first. */
void pf_session_watcher_set_guards_sleep(PfSessionWatcher *self, gboolean guards);
gboolean pf_session_watcher_get_guards_sleep(PfSessionWatcher *self);

/* Is the screen locked now, as far as anybody says? */
gboolean pf_session_watcher_is_locked(PfSessionWatcher *self);

/* Bus names of the screen savers that are heard: static strings; free with g_ptr_array_unref(). */
GPtrArray *pf_session_watcher_list_savers(PfSessionWatcher *self);

/* Is a session of logind's listened to? */
gboolean pf_session_watcher_has_login_session(PfSessionWatcher *self);

/* Is sleep held up? */
gboolean pf_session_watcher_is_guarding_sleep(PfSessionWatcher *self);

/* No signal comes afterwards. Called by the last unref, too. */
void pf_session_watcher_stop(PfSessionWatcher *self);
