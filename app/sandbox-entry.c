/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Sandbox entry: Agent1.StartApp, then a look at the bus until somebody has the app's name. */
#include "sandbox-entry.h"

#include <gio/gio.h>

#include "flatpak-sandbox.h"
#include "pf-agent-dbus.h"
#include "socket-peer.h"
#include "wire-names.h"

/* A new sandbox takes its time on a busy machine. */
#define PATIENCE_S 20

typedef struct {
    GMainLoop *loop;
    gboolean is_there;
} Wait;

static void
on_app_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer user_data)
{
    Wait *wait = user_data;
    wait->is_there = TRUE;
    g_main_loop_quit(wait->loop);
}

static gboolean
on_timeout(gpointer user_data)
{
    g_main_loop_quit(((Wait *)user_data)->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
wait_for_app(GDBusConnection *bus)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Wait wait = {.loop = loop};
    guint timeout = g_timeout_add_seconds(PATIENCE_S, on_timeout, &wait);
    guint watch =
        g_bus_watch_name_on_connection(bus, PF_WIRE_APP_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       on_app_appeared, NULL, &wait, NULL);
    g_main_loop_run(loop);
    g_bus_unwatch_name(watch);
    g_source_remove(timeout);
    return wait.is_there;
}

/* Starts the agent, too, which makes its sandbox. */
static gboolean
ask_agent(GDBusConnection *bus)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PfDBusAgent1) agent =
        pf_dbus_agent1_proxy_new_sync(bus,
                                      G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                          G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                      PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH, NULL, &error);
    if (agent != NULL && pf_dbus_agent1_call_start_app_sync(agent, NULL, &error))
        return TRUE;
    g_warning("The agent's sandbox cannot be entered: %s", error->message);
    return FALSE;
}

/* A process that the agent's socket knows by its ID is of our own PID namespace. */
static gboolean
is_with_agent(void)
{
    pid_t listener = 0;
    return pf_socket_peer_get_pid(&listener) == 0 && listener != 0;
}

gboolean
pf_sandbox_entry_hand_over(void)
{
    if (!pf_flatpak_sandbox_is_around() || is_with_agent())
        return FALSE;
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
    return bus != NULL && ask_agent(bus) && wait_for_app(bus);
}
