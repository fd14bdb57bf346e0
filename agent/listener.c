/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfListener: accepts in bursts where the place is. */
#include "listener.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer-connection.h"

#define CONNECTIONS_MAX 16384u
/* Accepted at a time; connected peers get their turn in between. */
#define BURST 64
/* Without descriptors accept(2) fails until one is closed: looked at again after this. */
#define ACCEPT_PAUSE_MS 200

struct PfListener {
    PfCache *cache;
    PfPromptBroker *broker;
    PfSocketPlace *place;
    guint source;            /* of the socket, or of a pause */
    GHashTable *connections; /* set of PfPeerConnection */
    gboolean has_said_foreign;
    void (*on_lost)(gpointer user_data);
    gpointer lost_data;
};

static void watch(PfListener *self);

static void
on_connection_closed(PfPeerConnection *connection, gpointer user_data)
{
    PfListener *self = user_data;
    g_hash_table_remove(self->connections, connection);
}

/* Only our own user's processes. FD stays open when it may come in. */
static gboolean
is_welcome(PfListener *self, int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return FALSE;
    if (peer.uid == geteuid())
        return g_hash_table_size(self->connections) < CONNECTIONS_MAX;
    if (!self->has_said_foreign) {
        self->has_said_foreign = TRUE;
        g_warning("A process of another user (%u) was turned away; further ones are not logged",
                  (unsigned)peer.uid);
    }
    return FALSE;
}

static void
take_in(PfListener *self, int fd)
{
    g_autoptr(GError) error = NULL;
    if (!is_welcome(self, fd)) {
        close(fd);
        return;
    }
    PfPeerIdentity *identity = pf_peer_identity_new(fd, NULL, &error);
    if (identity == NULL) {
        g_debug("A connection was closed: %s", error->message);
        close(fd);
        return;
    }
    PfPeerConnection *connection = pf_peer_connection_new(fd, identity, self->cache, self->broker,
                                                          on_connection_closed, self, &error);
    if (connection == NULL) {
        g_debug("A connection was closed: %s", error->message);
        pf_peer_identity_free(identity);
        return;
    }
    g_hash_table_add(self->connections, connection);
}

static gboolean
on_accept_pause_over(gpointer user_data)
{
    PfListener *self = user_data;
    self->source = 0;
    watch(self);
    return G_SOURCE_REMOVE;
}

static gboolean
on_connection_waiting(int listener_fd, GIOCondition condition, gpointer user_data)
{
    PfListener *self = user_data;
    for (int i = 0; i < BURST; i++) {
        int fd = accept4(listener_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            take_in(self, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            self->source = g_timeout_add(ACCEPT_PAUSE_MS, on_accept_pause_over, self);
            return G_SOURCE_REMOVE;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            break;
        }
    }
    return G_SOURCE_CONTINUE;
}

static void
watch(PfListener *self)
{
    self->source =
        g_unix_fd_add(pf_socket_place_get_fd(self->place), G_IO_IN, on_connection_waiting, self);
}

/* The socket was removed, and there is a new one; or another agent has it. */
static void
on_place_moved(int fd, gpointer user_data)
{
    PfListener *self = user_data;
    g_clear_handle_id(&self->source, g_source_remove);
    if (fd >= 0)
        watch(self);
    else
        self->on_lost(self->lost_data);
}

PfSocketPlaceStart
pf_listener_new(PfCache *cache, PfPromptBroker *broker, void (*on_lost)(gpointer user_data),
                gpointer user_data, PfListener **ret_listener, GError **error)
{
    PfListener *self = g_new0(PfListener, 1);
    self->cache = g_object_ref(cache);
    self->broker = g_object_ref(broker);
    self->on_lost = on_lost;
    self->lost_data = user_data;
    self->connections = g_hash_table_new(NULL, NULL);
    PfSocketPlaceStart start = pf_socket_place_new(on_place_moved, self, &self->place, error);
    if (start != PF_SOCKET_PLACE_OURS) {
        pf_listener_free(self);
        return start;
    }
    pf_cache_set_close_func(cache, (PfCacheCloseFunc)pf_peer_connection_close_later);
    watch(self);
    *ret_listener = self;
    return start;
}

/* Closes the connections of the cache's clients, or all others. */
static void
close_connections(PfListener *self, gboolean of_clients)
{
    g_autoptr(GList) connections = g_hash_table_get_keys(self->connections);
    for (GList *l = connections; l != NULL; l = l->next) {
        PfPeerConnection *connection = l->data;
        if ((connection->context != NULL) == of_clients)
            pf_peer_connection_close(connection);
    }
}

void
pf_listener_free(PfListener *self)
{
    if (self == NULL)
        return;
    g_clear_handle_id(&self->source, g_source_remove);
    if (self->place != NULL)
        pf_socket_place_close(self->place);
    /* The prompter's last: a program that waits for the person's word about a last try is not to be
     * told that there is nobody to ask, for then it would spend it. */
    close_connections(self, TRUE);
    close_connections(self, FALSE);
    g_hash_table_unref(self->connections);
    g_clear_object(&self->cache);
    g_clear_object(&self->broker);
    /* Last: from now on another agent may take the place. */
    pf_socket_place_free(self->place);
    g_free(self);
}
