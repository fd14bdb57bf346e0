/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfListener: one place for one agent, then accept in bursts. */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "peer-connection.h"
#include "socket-path.h"

#define BACKLOG         1024
#define CONNECTIONS_MAX 16384u
/* Accepted at a time; connected peers get their turn in between. */
#define BURST 64
/* Without descriptors accept(2) fails until one is closed: looked at again after this. */
#define ACCEPT_PAUSE_MS 200

struct PfListener {
    PfCache *cache;
    PfPromptBroker *broker;
    char *path; /* NULL: the socket is the service manager's */
    int lock_fd;
    int fd;
    guint source;
    GHashTable *connections; /* set of PfPeerConnection */
    gboolean has_said_foreign;
};

static void watch(PfListener *self);

static void
set_errno_error(GError **error, int number, const char *what)
{
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(number), "%s: %s", what,
                g_strerror(number));
}

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
    self->source = g_unix_fd_add(self->fd, G_IO_IN, on_connection_waiting, self);
}

/* The folder is ours alone, or nothing is served in it. */
static gboolean
prepare_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir(folder, 0700) < 0 && errno != EEXIST) {
        set_errno_error(error, errno, folder);
        return FALSE;
    }
    int r = pf_socket_path_check(path);
    if (r < 0) {
        set_errno_error(error, -r, folder);
        return FALSE;
    }
    return TRUE;
}

/* Takes the lock that says whose the socket is. The file stays: removing it would let two agents
 * lock two files of one name. */
static PfListenerStart
take_lock(PfListener *self, const char *path, GError **error)
{
    g_autofree char *lock = g_strconcat(path, ".lock", NULL);
    self->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (self->lock_fd < 0) {
        set_errno_error(error, errno, lock);
        return PF_LISTENER_FAILED;
    }
    if (flock(self->lock_fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK)
            return PF_LISTENER_OTHER_INSTANCE;
        set_errno_error(error, errno, lock);
        return PF_LISTENER_FAILED;
    }
    return PF_LISTENER_SERVING;
}

/* Binds and listens; whoever left a socket there is dead, for we hold the lock. */
static gboolean
listen_at(PfListener *self, const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    self->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (self->fd < 0 || (unlink(path) < 0 && errno != ENOENT) ||
        bind(self->fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(path, 0600) < 0 || listen(self->fd, BACKLOG) < 0) {
        set_errno_error(error, errno, path);
        return FALSE;
    }
    self->path = g_strdup(path);
    return TRUE;
}

/* The descriptor that a service manager passed, if it is a listening socket. */
static int
get_activation_fd(void)
{
    int count = sd_listen_fds(1);
    int fd = SD_LISTEN_FDS_START;
    if (count < 1 || sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) <= 0)
        return -1;
    /* The manager's unit may say less. */
    listen(fd, BACKLOG);
    g_unix_set_fd_nonblocking(fd, TRUE, NULL);
    return fd;
}

static PfListenerStart
open_place(PfListener *self, GError **error)
{
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
    int r = pf_socket_path_get(path, sizeof path);
    if (r < 0) {
        set_errno_error(error, -r, "XDG_RUNTIME_DIR gives no place for the socket");
        return PF_LISTENER_FAILED;
    }
    if (!prepare_folder(path, error))
        return PF_LISTENER_FAILED;
    PfListenerStart start = take_lock(self, path, error);
    if (start != PF_LISTENER_SERVING)
        return start;
    self->fd = get_activation_fd();
    if (self->fd < 0 && !listen_at(self, path, error))
        return PF_LISTENER_FAILED;
    return PF_LISTENER_SERVING;
}

PfListenerStart
pf_listener_new(PfCache *cache, PfPromptBroker *broker, PfListener **ret_listener, GError **error)
{
    PfListener *self = g_new0(PfListener, 1);
    self->cache = g_object_ref(cache);
    self->broker = g_object_ref(broker);
    self->lock_fd = -1;
    self->fd = -1;
    self->connections = g_hash_table_new(NULL, NULL);
    PfListenerStart start = open_place(self, error);
    if (start != PF_LISTENER_SERVING) {
        pf_listener_free(self);
        return start;
    }
    pf_cache_set_close_func(cache, (PfCacheCloseFunc)pf_peer_connection_close_later);
    watch(self);
    *ret_listener = self;
    return start;
}

void
pf_listener_free(PfListener *self)
{
    if (self == NULL)
        return;
    g_clear_handle_id(&self->source, g_source_remove);
    if (self->path != NULL)
        unlink(self->path);
    if (self->fd >= 0)
        close(self->fd);
    g_autoptr(GList) connections = g_hash_table_get_keys(self->connections);
    for (GList *l = connections; l != NULL; l = l->next)
        pf_peer_connection_close(l->data);
    g_hash_table_unref(self->connections);
    g_clear_object(&self->cache);
    g_clear_object(&self->broker);
    g_free(self->path);
    /* Last: from now on another agent may take the place. */
    if (self->lock_fd >= 0)
        close(self->lock_fd);
    g_free(self);
}
