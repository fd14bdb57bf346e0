/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Finding and starting the agent. */
#include "ctl-agent.h"

#include <errno.h>
#include <glib/gi18n.h>

#include "bus-process.h"
#include "ctl-bus.h"
#include "ctl-text.h"
#include "session-bus.h"
#include "socket-peer.h"
#include "wire-names.h"

#define BUS_TIMEOUT_S 10u

void
pf_ctl_agent_clean_error(GError *error)
{
    if (error != NULL)
        g_dbus_error_strip_remote_error(error);
}

/* An agent that nobody can activate may run all the same: by its socket, or started by hand. */
static gboolean
is_running(GDBusConnection *bus)
{
    gboolean has_owner = FALSE;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_sync(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "NameHasOwner",
                                    g_variant_new("(s)", PF_WIRE_AGENT_NAME), G_VARIANT_TYPE("(b)"),
                                    G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    if (answer != NULL)
        g_variant_get(answer, "(b)", &has_owner);
    return has_owner;
}

/* By the bus daemon's own call: its error says why an agent did not start. */
static gboolean
start_agent(GDBusConnection *bus, GError **error)
{
    if (is_running(bus))
        return TRUE;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_sync(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "StartServiceByName",
                                    g_variant_new("(su)", PF_WIRE_AGENT_NAME, 0),
                                    G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
    pf_ctl_agent_clean_error(error != NULL ? *error : NULL);
    if (answer == NULL)
        g_prefix_error(error, "%s: ", _("the agent is not running and cannot be started"));
    return answer != NULL;
}

/* Anybody can take the agent's name while there is no agent: whoever has it must also be the one
 * that programs obey. */
static gboolean
check_owner(GDBusConnection *bus, GError **error)
{
    pid_t listener = 0;
    PfBusProcess owner = pf_bus_process_find_sync(bus, PF_WIRE_AGENT_NAME);
    int r = pf_socket_peer_get_pid(&listener);
    /* A bus that does not say, and an agent that is too busy to be looked at. */
    if (owner.pid == 0 || r == -EAGAIN ||
        (r == 0 && (listener == 0 || pf_bus_process_is(&owner, listener))))
        return TRUE;
    /* Translators: the number is a process ID. */
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
                _("another program answers as Pinfold's agent (process %u)"), owner.pid);
    return FALSE;
}

PfDBusAgent1 *
pf_ctl_agent_connect(GError **error)
{
    if (!pf_session_bus_exists()) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                            _("there is no session bus, so the agent cannot be reached"));
        return NULL;
    }
    g_autoptr(GDBusConnection) bus = pf_ctl_bus_get(G_BUS_TYPE_SESSION, BUS_TIMEOUT_S, error);
    if (bus == NULL) {
        g_prefix_error(error, "%s: ", _("the session bus cannot be reached"));
        return NULL;
    }
    if (!start_agent(bus, error) || !check_owner(bus, error))
        return NULL;
    return pf_dbus_agent1_proxy_new_sync(bus,
                                         G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                             G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                         PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH, NULL, error);
}

PfCtlExit
pf_ctl_agent_fail(GError *error)
{
    pf_ctl_agent_clean_error(error);
    pf_ctl_text_print_error(error->message);
    return PF_CTL_FAILED;
}
