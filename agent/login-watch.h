/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLoginWatch: what logind says of the login session that the agent serves: the one it runs in,
 * or, for an agent of the user's manager, the session that logind counts as the user's own display.
 *
 * Found again whenever sessions begin or end. Main thread only. */
#pragma once

#include <gio/gio.h>

typedef struct PfLoginWatch PfLoginWatch;

typedef enum {
    PF_LOGIN_EVENT_LOCKED,   /* the screen is locked now, or was when the session was found */
    PF_LOGIN_EVENT_UNLOCKED, /* the session does not say so any more */
    PF_LOGIN_EVENT_SWITCHED, /* another user's session is in front on the seat */
    PF_LOGIN_EVENT_ENDED,
} PfLoginEvent;

typedef void (*PfLoginWatchFunc)(PfLoginEvent event, gpointer user_data);

PfLoginWatch *pf_login_watch_new(GDBusConnection *system_bus, PfLoginWatchFunc func,
                                 gpointer user_data);

/* Is there a session that is listened to? */
gboolean pf_login_watch_has_session(const PfLoginWatch *watch);

/* Does it say that its screen is locked? */
gboolean pf_login_watch_is_locked(const PfLoginWatch *watch);

/* Nothing is told afterwards. NULL is fine. */
void pf_login_watch_free(PfLoginWatch *watch);
