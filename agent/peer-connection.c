/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPeerConnection: the life of an sd-bus server connection. */
#include "peer-connection.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <unistd.h>

#include "cache-service.h"

/* At most one line in this time about peers that misbehave. */
#define SAY_INTERVAL_US (G_GINT64_CONSTANT(10) * G_USEC_PER_SEC)

static gboolean
close_in_idle(gpointer user_data)
{
    pf_peer_connection_close(user_data);
    return G_SOURCE_REMOVE;
}

/* Not every closed connection is worth a line: only one that sent what is no D-Bus. */
static void
say_if_garbage(const PfPeerConnection *connection, int error)
{
    static gint64 last_said = -SAY_INTERVAL_US;
    gint64 now = g_get_monotonic_time();
    if (error == ECONNRESET || error == EPIPE || error == ENOTCONN || error == ESHUTDOWN ||
        now - last_said < SAY_INTERVAL_US)
        return;
    last_said = now;
    g_message("A connection that sent what is no D-Bus message was closed (%s)", g_strerror(error));
}

static void
on_hangup(gpointer user_data)
{
    PfPeerConnection *connection = user_data;
    say_if_garbage(connection, pf_bus_source_get_error(connection->source));
    pf_peer_connection_close(connection);
}

/* Starts the server side on FD; the bus owns it when it is NULL no more. */
static int
start_server(PfPeerConnection *connection, int fd, gboolean is_unseen)
{
    sd_id128_t server_id;
    int r = sd_id128_randomize(&server_id);
    if (r >= 0)
        r = sd_bus_new(&connection->bus);
    if (r >= 0)
        r = sd_bus_set_fd(connection->bus, fd, fd);
    if (r < 0) {
        close(fd);
        return r;
    }
    r = sd_bus_set_server(connection->bus, true, server_id);
    /* libsystemd takes no credentials without a process ID, which one outside of our PID namespace
     * has not; the user, which is what counts, was looked at when it came. */
    if (r >= 0 && is_unseen)
        r = sd_bus_set_anonymous(connection->bus, true);
    if (r >= 0)
        r = sd_bus_negotiate_fds(connection->bus, true);
    if (r >= 0)
        r = pf_cache_service_add(connection);
    if (r >= 0)
        r = sd_bus_start(connection->bus);
    return r;
}

PfPeerConnection *
pf_peer_connection_new(int fd, PfPeerIdentity *identity, PfCache *cache, PfPromptBroker *broker,
                       PfPeerConnectionClosed on_closed, gpointer user_data, GError **error)
{
    PfPeerConnection *connection = g_new0(PfPeerConnection, 1);
    connection->cache = cache;
    connection->broker = broker;
    int r = start_server(connection, fd, identity->pid == 0);
    if (r < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(-r), "no connection: %s",
                    g_strerror(-r));
        sd_bus_close_unref(connection->bus);
        g_free(connection);
        return NULL;
    }
    connection->identity = identity;
    connection->on_closed = on_closed;
    connection->user_data = user_data;
    connection->source = pf_bus_source_new(connection->bus, on_hangup, connection);
    return connection;
}

void
pf_peer_connection_close(PfPeerConnection *connection)
{
    pf_bus_source_free(g_steal_pointer(&connection->source));
    pf_prompt_broker_connection_closed(connection->broker, connection->bus);
    if (connection->context != NULL) {
        PfProcessContext *context = g_steal_pointer(&connection->context);
        pf_cache_connection_closed(connection->cache, context, connection);
    }
    connection->on_closed(connection, connection->user_data);
    sd_bus_close_unref(connection->bus);
    pf_peer_identity_free(connection->identity);
    g_free(connection);
}

void
pf_peer_connection_close_later(PfPeerConnection *connection)
{
    connection->context = NULL;
    pf_bus_source_free(g_steal_pointer(&connection->source));
    g_idle_add(close_in_idle, connection);
}

gboolean
pf_peer_connection_is_given_up(const PfPeerConnection *connection)
{
    struct pollfd peer = {.fd = sd_bus_get_fd(connection->bus), .events = POLLRDHUP};
    return poll(&peer, 1, 0) > 0 && (peer.revents & (POLLRDHUP | POLLHUP)) != 0;
}

PfPeerIdentity *
pf_peer_connection_get_identity(PfPeerConnection *connection)
{
    return connection->context != NULL ? connection->context->identity : connection->identity;
}
