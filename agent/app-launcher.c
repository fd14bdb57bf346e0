/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The app's D-Bus activation, or a process of our own; that it registers afterwards is seen on the
 * private socket. */
#include "app-launcher.h"

#include <gio/gio.h>

#include "flatpak-sandbox.h"
#include "prompter-executable.h"
#include "wire-names.h"

typedef struct {
    GObject *owner;
    void (*on_failed)(gpointer owner);
} Launch;

static void
finish(Launch *launch, const GError *error)
{
    if (error != NULL) {
        g_message("The app cannot be started: %s", error->message);
        launch->on_failed(launch->owner);
    }
    g_object_unref(launch->owner);
    g_free(launch);
}

static void
on_started(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_clear_pointer(&reply, g_variant_unref);
    finish(user_data, error);
}

static void
on_bus(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);
    if (bus == NULL) {
        finish(user_data, error);
        return;
    }
    g_dbus_connection_call(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "StartServiceByName",
                           g_variant_new("(su)", PF_WIRE_APP_NAME, 0), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_started, user_data);
}

/* The subprocess is waited for by GLib, however long it lives. */
static gboolean
on_spawn(gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    const char *path = pf_prompter_executable_get_app();
    g_autoptr(GSubprocess) app G_GNUC_UNUSED =
        g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, &error, path != NULL ? path : PF_WIRE_APP_NAME,
                         "--gapplication-service", NULL);
    finish(user_data, error);
    return G_SOURCE_REMOVE;
}

void
pf_app_launcher_start(GObject *owner, void (*on_failed)(gpointer owner))
{
    Launch *launch = g_new(Launch, 1);
    *launch = (Launch){g_object_ref(owner), on_failed};
    if (pf_flatpak_sandbox_is_around())
        g_idle_add(on_spawn, launch);
    else
        g_bus_get(G_BUS_TYPE_SESSION, NULL, on_bus, launch);
}
