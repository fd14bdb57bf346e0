/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Connecting with a clock, and short calls. */
#include "ctl-bus.h"

#include <errno.h>

#define CALL_TIMEOUT_MS 3000

#define DAEMON "org.freedesktop.DBus"

static gboolean
on_timeout(gpointer user_data)
{
    g_cancellable_cancel(user_data);
    return G_SOURCE_REMOVE;
}

static void
on_bus_got(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GAsyncResult **ret_result = user_data;
    *ret_result = g_object_ref(result);
}

GDBusConnection *
pf_ctl_bus_get(GBusType type, guint timeout_s, GError **error)
{
    GError *reason = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    guint timeout = g_timeout_add_seconds(timeout_s, on_timeout, cancellable);
    g_bus_get(type, cancellable, on_bus_got, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    GDBusConnection *bus = g_bus_get_finish(result, &reason);
    if (!g_cancellable_is_cancelled(cancellable))
        g_source_remove(timeout);
    if (g_error_matches(reason, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_clear_error(&reason);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s", g_strerror(ETIMEDOUT));
    } else if (reason != NULL) {
        g_propagate_error(error, reason);
    }
    if (bus != NULL)
        g_dbus_connection_set_exit_on_close(bus, FALSE);
    return bus;
}

GVariant *
pf_ctl_bus_call(GDBusConnection *bus, const char *name, const char *path, const char *interface,
                const char *method, GVariant *parameters, const char *reply_type, GError **error)
{
    return g_dbus_connection_call_sync(bus, name, path, interface, method, parameters,
                                       G_VARIANT_TYPE(reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                       CALL_TIMEOUT_MS, NULL, error);
}

gboolean
pf_ctl_bus_has_owner(GDBusConnection *bus, const char *name)
{
    gboolean has_owner = FALSE;
    g_autoptr(GVariant) answer =
        pf_ctl_bus_call(bus, DAEMON, "/org/freedesktop/DBus", DAEMON, "NameHasOwner",
                        g_variant_new("(s)", name), "(b)", NULL);
    if (answer != NULL)
        g_variant_get(answer, "(b)", &has_owner);
    return has_owner;
}

gboolean
pf_ctl_bus_can_activate(GDBusConnection *bus, const char *name)
{
    g_autofree const char **names = NULL;
    g_autoptr(GVariant) answer = pf_ctl_bus_call(bus, DAEMON, "/org/freedesktop/DBus", DAEMON,
                                                 "ListActivatableNames", NULL, "(as)", NULL);
    if (answer != NULL)
        g_variant_get(answer, "(^a&s)", &names);
    return names != NULL && g_strv_contains(names, name);
}

gboolean
pf_ctl_bus_get_boolean(GDBusConnection *bus, const char *name, const char *path,
                       const char *interface, const char *property, gboolean otherwise)
{
    g_autoptr(GVariant) value = NULL;
    g_autoptr(GVariant) answer =
        pf_ctl_bus_call(bus, name, path, "org.freedesktop.DBus.Properties", "Get",
                        g_variant_new("(ss)", interface, property), "(v)", NULL);
    if (answer != NULL)
        g_variant_get(answer, "(v)", &value);
    return value != NULL && g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN)
               ? g_variant_get_boolean(value)
               : otherwise;
}
