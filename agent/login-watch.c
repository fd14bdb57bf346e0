/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfLoginWatch: finds the session, listens to it and to its end; who is in front on its seat is
 * asked in login-seat.h. */
#include "login-watch.h"

#include "login-names.h"
#include "login-seat.h"

struct PfLoginWatch {
    GDBusConnection *bus;
    GCancellable *cancellable;
    PfLoginWatchFunc func;
    gpointer user_data;
    guint began;
    guint ended;
    guint name_watch;
    char *path;               /* of the session; NULL: none */
    GCancellable *on_session; /* of calls about it */
    GDBusProxy *session;      /* NULL: not read yet */
    PfLoginSeat *seat;        /* NULL: it is on none */
};

static void
tell(PfLoginWatch *watch, PfLoginEvent event)
{
    watch->func(event, watch->user_data);
}

static void
drop_session(PfLoginWatch *watch)
{
    if (watch->on_session != NULL)
        g_cancellable_cancel(watch->on_session);
    g_clear_object(&watch->on_session);
    if (watch->session != NULL)
        g_signal_handlers_disconnect_by_data(watch->session, watch);
    g_clear_object(&watch->session);
    g_clear_pointer(&watch->seat, pf_login_seat_free);
    g_clear_pointer(&watch->path, g_free);
}

static gboolean
is_locked(GDBusProxy *session)
{
    g_autoptr(GVariant) value = g_dbus_proxy_get_cached_property(session, "LockedHint");
    return value != NULL && g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) &&
           g_variant_get_boolean(value);
}

static void
on_seat_switched(gpointer user_data)
{
    tell(user_data, PF_LOGIN_EVENT_SWITCHED);
}

static void
on_session_signal(GDBusProxy *session, const char *sender, const char *signal, GVariant *parameters,
                  PfLoginWatch *watch)
{
    if (g_str_equal(signal, "Lock"))
        tell(watch, PF_LOGIN_EVENT_LOCKED);
}

static void
on_session_properties_changed(GDBusProxy *session, GVariant *changed, GStrv invalidated,
                              PfLoginWatch *watch)
{
    g_autoptr(GVariant) hint = g_variant_lookup_value(changed, "LockedHint", NULL);
    g_autoptr(GVariant) active = g_variant_lookup_value(changed, "Active", NULL);
    if (active != NULL && watch->seat != NULL)
        pf_login_seat_look(watch->seat);
    if (hint != NULL)
        tell(watch, is_locked(session) ? PF_LOGIN_EVENT_LOCKED : PF_LOGIN_EVENT_UNLOCKED);
}

static void
follow_seat(PfLoginWatch *watch)
{
    g_autoptr(GVariant) value = g_dbus_proxy_get_cached_property(watch->session, "Seat");
    const char *id;
    const char *path;
    if (value == NULL || !g_variant_is_of_type(value, G_VARIANT_TYPE("(so)")))
        return;
    g_variant_get(value, "(&s&o)", &id, &path);
    if (*id != '\0')
        watch->seat = pf_login_seat_new(watch->bus, path, on_seat_switched, watch);
}

static void
on_session_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    PfLoginWatch *watch = user_data;
    g_autoptr(GError) error = NULL;
    GDBusProxy *session = g_dbus_proxy_new_finish(result, &error);
    if (session == NULL) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            g_debug("The login session cannot be read: %s", error->message);
        return;
    }
    watch->session = session;
    g_signal_connect(session, "g-signal", G_CALLBACK(on_session_signal), watch);
    g_signal_connect(session, "g-properties-changed", G_CALLBACK(on_session_properties_changed),
                     watch);
    g_debug("The login session is %s", watch->path);
    follow_seat(watch);
    if (is_locked(session))
        tell(watch, PF_LOGIN_EVENT_LOCKED);
}

static void
follow_session(PfLoginWatch *watch, const char *path)
{
    if (g_strcmp0(path, watch->path) == 0)
        return;
    drop_session(watch);
    watch->path = g_strdup(path);
    watch->on_session = g_cancellable_new();
    g_dbus_proxy_new(watch->bus, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL, PF_LOGIN_NAME, path,
                     PF_LOGIN_SESSION, watch->on_session, on_session_read, watch);
}

static void
on_session_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    PfLoginWatch *watch = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    const char *path;
    if (answer == NULL) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            g_debug("logind knows no session of ours: %s", error->message);
        return;
    }
    g_variant_get(answer, "(&o)", &path);
    follow_session(watch, path);
}

/* "auto" is the caller's session, and without one its user's display. */
static void
find_session(PfLoginWatch *watch)
{
    g_dbus_connection_call(watch->bus, PF_LOGIN_NAME, PF_LOGIN_PATH, PF_LOGIN_MANAGER, "GetSession",
                           g_variant_new("(s)", "auto"), G_VARIANT_TYPE("(o)"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, watch->cancellable,
                           on_session_found, watch);
}

static void
on_session_began(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
                 const char *signal, GVariant *parameters, gpointer user_data)
{
    find_session(user_data);
}

static void
on_session_ended(GDBusConnection *bus, const char *sender, const char *path, const char *interface,
                 const char *signal, GVariant *parameters, gpointer user_data)
{
    PfLoginWatch *watch = user_data;
    const char *ended;
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(so)")))
        return;
    g_variant_get(parameters, "(&s&o)", NULL, &ended);
    if (g_strcmp0(ended, watch->path) == 0) {
        drop_session(watch);
        tell(watch, PF_LOGIN_EVENT_ENDED);
    }
    find_session(watch);
}

static void
on_logind_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    find_session(user_data);
}

static void
on_logind_vanished(GDBusConnection *bus, const char *name, gpointer user_data)
{
    /* Its restart ends no session. */
    drop_session(user_data);
    tell(user_data, PF_LOGIN_EVENT_UNLOCKED);
}

static guint
subscribe(PfLoginWatch *watch, const char *signal, GDBusSignalCallback callback)
{
    return g_dbus_connection_signal_subscribe(watch->bus, PF_LOGIN_NAME, PF_LOGIN_MANAGER, signal,
                                              PF_LOGIN_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                              callback, watch, NULL);
}

PfLoginWatch *
pf_login_watch_new(GDBusConnection *system_bus, PfLoginWatchFunc func, gpointer user_data)
{
    PfLoginWatch *watch = g_new0(PfLoginWatch, 1);
    watch->bus = g_object_ref(system_bus);
    watch->cancellable = g_cancellable_new();
    watch->func = func;
    watch->user_data = user_data;
    watch->began = subscribe(watch, "SessionNew", on_session_began);
    watch->ended = subscribe(watch, "SessionRemoved", on_session_ended);
    watch->name_watch =
        g_bus_watch_name_on_connection(system_bus, PF_LOGIN_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       on_logind_appeared, on_logind_vanished, watch, NULL);
    return watch;
}

gboolean
pf_login_watch_has_session(const PfLoginWatch *watch)
{
    return watch->session != NULL;
}

gboolean
pf_login_watch_is_locked(const PfLoginWatch *watch)
{
    return watch->session != NULL && is_locked(watch->session);
}

void
pf_login_watch_free(PfLoginWatch *watch)
{
    if (watch == NULL)
        return;
    g_cancellable_cancel(watch->cancellable);
    g_dbus_connection_signal_unsubscribe(watch->bus, watch->began);
    g_dbus_connection_signal_unsubscribe(watch->bus, watch->ended);
    g_bus_unwatch_name(watch->name_watch);
    drop_session(watch);
    g_object_unref(watch->cancellable);
    g_object_unref(watch->bus);
    g_free(watch);
}
