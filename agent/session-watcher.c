/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSessionWatcher: gets the buses, and lets each subject's watch run on its own. */
#include "session-watcher.h"

#include "lock-watch.h"
#include "login-watch.h"
#include "session-bus.h"
#include "sleep-guard.h"

enum {
    SIGNAL_LOCKED,
    SIGNAL_LOCK_CHANGED,
    SIGNAL_GOING_TO_SLEEP,
    SIGNAL_USER_SWITCHED,
    SIGNAL_SESSION_ENDED,
    SIGNAL_COUNT,
};

static guint signals[SIGNAL_COUNT];

struct _PfSessionWatcher {
    GObject parent_instance;
    GCancellable *cancellable;
    GDBusConnection *session_bus;
    PfLockWatch *savers; /* NULL: no session bus */
    PfLoginWatch *login; /* NULL: no system bus */
    PfSleepGuard *sleep;
    gboolean guards_sleep;
    gboolean is_locked; /* as told */
};

G_DEFINE_FINAL_TYPE(PfSessionWatcher, pf_session_watcher, G_TYPE_OBJECT)

/* Some only say that the screen is to be locked: whether it is, is what the others say. */
static void
look_at_lock(PfSessionWatcher *self)
{
    gboolean is_locked = (self->savers != NULL && pf_lock_watch_is_locked(self->savers)) ||
                         (self->login != NULL && pf_login_watch_is_locked(self->login));
    if (is_locked == self->is_locked)
        return;
    self->is_locked = is_locked;
    g_signal_emit(self, signals[SIGNAL_LOCK_CHANGED], 0);
}

static void
on_locked(const char *source, gpointer user_data)
{
    g_debug("The screen is locked, says %s", source);
    g_signal_emit(user_data, signals[SIGNAL_LOCKED], 0, source);
    look_at_lock(user_data);
}

static void
on_saver_told(const char *source, gboolean is_locked, gpointer user_data)
{
    if (is_locked)
        on_locked(source, user_data);
    else
        look_at_lock(user_data);
}

static void
on_login_event(PfLoginEvent event, gpointer user_data)
{
    switch (event) {
    case PF_LOGIN_EVENT_LOCKED:
        on_locked("logind", user_data);
        break;
    case PF_LOGIN_EVENT_UNLOCKED:
        look_at_lock(user_data);
        break;
    case PF_LOGIN_EVENT_SWITCHED:
        g_debug("Another user's session is in front");
        g_signal_emit(user_data, signals[SIGNAL_USER_SWITCHED], 0);
        break;
    case PF_LOGIN_EVENT_ENDED:
        look_at_lock(user_data);
        g_signal_emit(user_data, signals[SIGNAL_SESSION_ENDED], 0, "logind");
        break;
    }
}

static void
on_going_to_sleep(gpointer user_data)
{
    g_debug("The computer goes to sleep");
    g_signal_emit(user_data, signals[SIGNAL_GOING_TO_SLEEP], 0);
}

static void
on_session_bus_closed(GDBusConnection *bus, gboolean by_peer, GError *error, PfSessionWatcher *self)
{
    g_signal_emit(self, signals[SIGNAL_SESSION_ENDED], 0, "session-bus");
}

static void
on_session_bus_got(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);
    if (bus == NULL) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            g_debug("Screen savers are not heard: %s", error->message);
        return;
    }
    PfSessionWatcher *self = user_data;
    if (g_dbus_connection_is_closed(bus)) {
        on_session_bus_closed(bus, TRUE, NULL, self);
        return;
    }
    self->session_bus = g_steal_pointer(&bus);
    g_signal_connect_object(self->session_bus, "closed", G_CALLBACK(on_session_bus_closed), self,
                            0);
    self->savers = pf_lock_watch_new(self->session_bus, on_saver_told, self);
}

static void
on_system_bus_got(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);
    if (bus == NULL) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            g_debug("logind is not heard: %s", error->message);
        return;
    }
    PfSessionWatcher *self = user_data;
    /* Its end is not ours. */
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    self->login = pf_login_watch_new(bus, on_login_event, self);
    self->sleep = pf_sleep_guard_new(bus, on_going_to_sleep, self);
    pf_sleep_guard_set_wanted(self->sleep, self->guards_sleep);
}

PfSessionWatcher *
pf_session_watcher_new(void)
{
    PfSessionWatcher *self = g_object_new(PF_TYPE_SESSION_WATCHER, NULL);
    if (pf_session_bus_exists())
        g_bus_get(G_BUS_TYPE_SESSION, self->cancellable, on_session_bus_got, self);
    g_bus_get(G_BUS_TYPE_SYSTEM, self->cancellable, on_system_bus_got, self);
    return self;
}

void
pf_session_watcher_set_guards_sleep(PfSessionWatcher *self, gboolean guards)
{
    self->guards_sleep = guards;
    if (self->sleep != NULL)
        pf_sleep_guard_set_wanted(self->sleep, guards);
}

gboolean
pf_session_watcher_get_guards_sleep(PfSessionWatcher *self)
{
    return self->guards_sleep;
}

gboolean
pf_session_watcher_is_locked(PfSessionWatcher *self)
{
    return self->is_locked;
}

GPtrArray *
pf_session_watcher_list_savers(PfSessionWatcher *self)
{
    return self->savers != NULL ? pf_lock_watch_list_savers(self->savers) : g_ptr_array_new();
}

gboolean
pf_session_watcher_has_login_session(PfSessionWatcher *self)
{
    return self->login != NULL && pf_login_watch_has_session(self->login);
}

gboolean
pf_session_watcher_is_guarding_sleep(PfSessionWatcher *self)
{
    return self->sleep != NULL && pf_sleep_guard_is_holding(self->sleep);
}

void
pf_session_watcher_stop(PfSessionWatcher *self)
{
    g_cancellable_cancel(self->cancellable);
    g_clear_pointer(&self->savers, pf_lock_watch_free);
    g_clear_pointer(&self->login, pf_login_watch_free);
    g_clear_pointer(&self->sleep, pf_sleep_guard_free);
    if (self->session_bus != NULL)
        g_signal_handlers_disconnect_by_data(self->session_bus, self);
    g_clear_object(&self->session_bus);
}

static void
pf_session_watcher_dispose(GObject *object)
{
    PfSessionWatcher *self = PF_SESSION_WATCHER(object);
    pf_session_watcher_stop(self);
    G_OBJECT_CLASS(pf_session_watcher_parent_class)->dispose(object);
}

static void
pf_session_watcher_finalize(GObject *object)
{
    PfSessionWatcher *self = PF_SESSION_WATCHER(object);
    g_object_unref(self->cancellable);
    G_OBJECT_CLASS(pf_session_watcher_parent_class)->finalize(object);
}

static void
pf_session_watcher_class_init(PfSessionWatcherClass *klass)
{
    GType type = G_TYPE_FROM_CLASS(klass);
    G_OBJECT_CLASS(klass)->dispose = pf_session_watcher_dispose;
    G_OBJECT_CLASS(klass)->finalize = pf_session_watcher_finalize;
    signals[SIGNAL_LOCKED] = g_signal_new("locked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[SIGNAL_LOCK_CHANGED] =
        g_signal_new("lock-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_GOING_TO_SLEEP] = g_signal_new("going-to-sleep", type, G_SIGNAL_RUN_LAST, 0,
                                                  NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_USER_SWITCHED] =
        g_signal_new("user-switched", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_SESSION_ENDED] = g_signal_new("session-ended", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
pf_session_watcher_init(PfSessionWatcher *self)
{
    self->cancellable = g_cancellable_new();
}
