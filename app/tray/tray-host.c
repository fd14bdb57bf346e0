/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTrayHost: follows org.kde.StatusNotifierWatcher, whoever has that name. */
#include "tray-host.h"

#define WATCHER_NAME "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH "/StatusNotifierWatcher"

struct _PfTrayHost {
    GObject parent_instance;
    GDBusConnection *connection;
    GCancellable *cancellable; /* of the calls to the present watcher */
    char *watcher;             /* its unique name, or NULL */
    guint watch_id;
    guint signal_id;
    gboolean registered;
    gboolean has_host;
};

G_DEFINE_FINAL_TYPE(PfTrayHost, pf_tray_host, G_TYPE_OBJECT)

static void
on_get_host_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfTrayHost *self = user_data;
    g_autoptr(GVariant) value = NULL;
    if (reply != NULL)
        g_variant_get(reply, "(v)", &value);
    /* One that does not say is taken for a panel. */
    self->has_host = value == NULL || !g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) ||
                     g_variant_get_boolean(value);
}

/* A watcher can be there without any panel, as KDE's is. */
static void
ask_host(PfTrayHost *self)
{
    g_dbus_connection_call(self->connection, self->watcher, WATCHER_PATH,
                           "org.freedesktop.DBus.Properties", "Get",
                           g_variant_new("(ss)", WATCHER_NAME, "IsStatusNotifierHostRegistered"),
                           G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                           self->cancellable, on_get_host_done, self);
}

static void
on_register_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfTrayHost *self = user_data;
    self->registered = reply != NULL;
    if (reply == NULL)
        g_message("The panel does not take the tray icon: %s", error->message);
}

static void
on_watcher_signal(GDBusConnection *connection, const char *sender, const char *path,
                  const char *interface, const char *signal, GVariant *parameters,
                  gpointer user_data)
{
    if (g_str_equal(signal, "StatusNotifierHostRegistered") ||
        g_str_equal(signal, "StatusNotifierHostUnregistered"))
        ask_host(user_data);
}

static void
forget_watcher(PfTrayHost *self)
{
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    if (self->signal_id != 0)
        g_dbus_connection_signal_unsubscribe(self->connection, self->signal_id);
    self->signal_id = 0;
    g_clear_pointer(&self->watcher, g_free);
    self->registered = FALSE;
    self->has_host = FALSE;
}

/* By the unique name, which exists for sure: a panel that asks before a name of ours is acquired
 * would drop the icon. */
static void
on_watcher_appeared(GDBusConnection *connection, const char *name, const char *owner,
                    gpointer user_data)
{
    PfTrayHost *self = user_data;
    forget_watcher(self);
    self->watcher = g_strdup(owner);
    self->cancellable = g_cancellable_new();
    self->signal_id =
        g_dbus_connection_signal_subscribe(connection, owner, WATCHER_NAME, NULL, WATCHER_PATH,
                                           NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_watcher_signal, self,
                                           NULL);
    g_dbus_connection_call(connection, owner, WATCHER_PATH, WATCHER_NAME,
                           "RegisterStatusNotifierItem",
                           g_variant_new("(s)", g_dbus_connection_get_unique_name(connection)),
                           NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->cancellable,
                           on_register_done, self);
    ask_host(self);
}

static void
on_watcher_vanished(GDBusConnection *connection, const char *name, gpointer user_data)
{
    forget_watcher(user_data);
}

PfTrayHost *
pf_tray_host_new(GDBusConnection *connection)
{
    PfTrayHost *self = g_object_new(PF_TYPE_TRAY_HOST, NULL);
    self->connection = g_object_ref(connection);
    self->watch_id =
        g_bus_watch_name_on_connection(connection, WATCHER_NAME, 0, on_watcher_appeared,
                                       on_watcher_vanished, self, NULL);
    return self;
}

gboolean
pf_tray_host_is_drawing(PfTrayHost *self)
{
    return self->registered && self->has_host;
}

static void
dispose(GObject *object)
{
    PfTrayHost *self = PF_TRAY_HOST(object);
    g_clear_handle_id(&self->watch_id, g_bus_unwatch_name);
    if (self->connection != NULL)
        forget_watcher(self);
    g_clear_object(&self->connection);
    G_OBJECT_CLASS(pf_tray_host_parent_class)->dispose(object);
}

static void
pf_tray_host_class_init(PfTrayHostClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dispose;
}

static void
pf_tray_host_init(PfTrayHost *self)
{
}
