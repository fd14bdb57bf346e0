/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentWatch: a proxy of Agent1, and the process behind it compared with the private socket's. */
#include "agent-watch.h"

#include <errno.h>

#include "bus-process.h"
#include "socket-peer.h"
#include "wire-names.h"

/* So many programs wait at the private socket that nobody else can ask who listens there. */
#define BUSY_RETRY_MS 250

struct PfAgentWatch {
    PfAgentWatchCalls calls;
    gpointer owner;
    GCancellable *own;   /* of the watch's calls */
    GCancellable *asked; /* of its owner's */
    PfDbusAgent1 *proxy;
    PfAgentPresence presence;
    PfBusProcess process; /* of who has the name */
    guint retry_id;
};

static void
renew(GCancellable **cancellable)
{
    g_cancellable_cancel(*cancellable);
    g_object_unref(*cancellable);
    *cancellable = g_cancellable_new();
}

static void
set_presence(PfAgentWatch *watch, PfAgentPresence presence)
{
    watch->presence = presence;
    renew(&watch->asked);
    watch->calls.presence(presence, watch->owner);
}

static gboolean on_retry_elapsed(gpointer user_data);

/* Is it another process that programs obey? Until that is known, it is not trusted. */
static void
judge(PfAgentWatch *watch)
{
    pid_t listener = 0;
    int r = watch->process.pid != 0 ? pf_socket_peer_get_pid(&listener) : 0;
    if (r == -EAGAIN) {
        watch->retry_id = g_timeout_add(BUSY_RETRY_MS, on_retry_elapsed, watch);
        return;
    }
    gboolean is_foreign = r == 0 && listener != 0 && !pf_bus_process_is(&watch->process, listener);
    if (is_foreign)
        g_warning("Another program answers as Pinfold's agent: process %u", watch->process.pid);
    set_presence(watch, is_foreign ? PF_AGENT_FOREIGN : PF_AGENT_PRESENT);
}

static gboolean
on_retry_elapsed(gpointer user_data)
{
    PfAgentWatch *watch = user_data;
    watch->retry_id = 0;
    judge(watch);
    return G_SOURCE_REMOVE;
}

static void
on_owner_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    PfBusProcess process;
    if (!pf_bus_process_find_finish(result, &process, NULL))
        return;
    PfAgentWatch *watch = user_data;
    watch->process = process;
    judge(watch);
}

static void
on_proxy_name_owner_notify(PfDbusAgent1 *proxy, GParamSpec *pspec, PfAgentWatch *watch)
{
    g_autofree char *name = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(proxy));
    renew(&watch->own);
    g_clear_handle_id(&watch->retry_id, g_source_remove);
    set_presence(watch, name != NULL ? PF_AGENT_UNKNOWN : PF_AGENT_ABSENT);
    if (name == NULL)
        return;
    pf_bus_process_find(g_dbus_proxy_get_connection(G_DBUS_PROXY(proxy)), name, watch->own,
                        on_owner_found, watch);
}

static void
on_proxy_signal(PfDbusAgent1 *proxy, const char *sender, const char *name, GVariant *parameters,
                PfAgentWatch *watch)
{
    if (watch->presence == PF_AGENT_PRESENT)
        watch->calls.signal(name, parameters, watch->owner);
}

static void
on_proxy_new_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    PfDbusAgent1 *proxy = pf_dbus_agent1_proxy_new_finish(result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    PfAgentWatch *watch = user_data;
    if (proxy == NULL) {
        g_warning("Watching the agent: %s", error->message);
        set_presence(watch, PF_AGENT_ABSENT);
        return;
    }
    watch->proxy = proxy;
    g_signal_connect(proxy, "notify::g-name-owner", G_CALLBACK(on_proxy_name_owner_notify), watch);
    g_signal_connect(proxy, "g-signal", G_CALLBACK(on_proxy_signal), watch);
    on_proxy_name_owner_notify(proxy, NULL, watch);
}

PfAgentWatch *
pf_agent_watch_new(GDBusConnection *connection, const PfAgentWatchCalls *calls, gpointer owner)
{
    PfAgentWatch *watch = g_new0(PfAgentWatch, 1);
    watch->calls = *calls;
    watch->owner = owner;
    watch->own = g_cancellable_new();
    watch->asked = g_cancellable_new();
    if (connection != NULL)
        pf_dbus_agent1_proxy_new(connection, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                 PF_WIRE_AGENT_NAME, PF_WIRE_AGENT_PATH, watch->own,
                                 on_proxy_new_done, watch);
    return watch;
}

void
pf_agent_watch_free(PfAgentWatch *watch)
{
    if (watch == NULL)
        return;
    g_clear_handle_id(&watch->retry_id, g_source_remove);
    g_cancellable_cancel(watch->own);
    g_cancellable_cancel(watch->asked);
    g_object_unref(watch->own);
    g_object_unref(watch->asked);
    if (watch->proxy != NULL)
        g_signal_handlers_disconnect_by_data(watch->proxy, watch);
    g_clear_object(&watch->proxy);
    g_free(watch);
}

PfDbusAgent1 *
pf_agent_watch_get_agent(PfAgentWatch *watch)
{
    return watch->presence == PF_AGENT_PRESENT ? watch->proxy : NULL;
}

GCancellable *
pf_agent_watch_get_cancellable(PfAgentWatch *watch)
{
    return watch->asked;
}

void
pf_agent_watch_cancel_calls(PfAgentWatch *watch)
{
    renew(&watch->asked);
}
