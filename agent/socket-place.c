/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSocketPlace: a lock, a socket, and a watch on the folder that both lie in. */
#include "socket-place.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "socket-path.h"

#define BACKLOG 1024
/* Where the place cannot be taken again at once: a disk is full, a folder is not ours. */
#define RETRY_S 2
/* How long an agent that was killed may take to be gone. */
#define DYING_US      (1 * G_USEC_PER_SEC)
#define DYING_POLL_US 10000

struct PfSocketPlace {
    char *path;
    int lock_fd;
    int fd;
    gboolean is_bound; /* by us; the service manager removes its own */
    dev_t device;      /* of the socket's name */
    ino_t inode;
    int watch_fd;
    guint watch_source;
    guint retry_source;
    PfSocketPlaceFunc on_moved;
    gpointer user_data;
};

static void
set_errno_error(GError **error, int number, const char *what)
{
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(number), "%s: %s", what,
                g_strerror(number));
}

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Takes the right to look into FOLDER from others, where it is ours and they cannot have changed
 * it: Flatpak makes it so. */
static void
close_folder(const char *folder)
{
    struct stat st;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 022) == 0)
        fchmod(fd, 0700);
    close_fd(&fd);
}

/* The folder is ours alone, or nothing is served in it. */
static gboolean
prepare_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir(folder, 0700) < 0) {
        if (errno != EEXIST) {
            set_errno_error(error, errno, folder);
            return FALSE;
        }
        close_folder(folder);
    }
    int r = pf_socket_path_check(path);
    if (r < 0) {
        set_errno_error(error, -r, folder);
        return FALSE;
    }
    return TRUE;
}

/* Is FD open on what PATH names? */
static gboolean
is_open_on(int fd, const char *path)
{
    struct stat have;
    struct stat named;
    return fd >= 0 && fstat(fd, &have) == 0 && stat(path, &named) == 0 &&
           have.st_dev == named.st_dev && have.st_ino == named.st_ino;
}

/* One that was killed holds the lock until its memory is given back, and whoever misses it is
 * already starting the next one. That the lock is free can be waited for, but not for a time. */
static gboolean
lock_patiently(int fd, gint64 patience_us)
{
    gint64 until = g_get_monotonic_time() + patience_us;
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK || g_get_monotonic_time() >= until)
            return FALSE;
        g_usleep(DYING_POLL_US);
    }
    return TRUE;
}

/* Takes the lock that says whose the socket is. The file stays: removing it would let two agents
 * lock two files of one name. */
static PfSocketPlaceStart
take_lock(PfSocketPlace *self, GError **error)
{
    g_autofree char *lock = g_strconcat(self->path, ".lock", NULL);
    if (is_open_on(self->lock_fd, lock))
        return PF_SOCKET_PLACE_OURS;
    close_fd(&self->lock_fd);
    self->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (self->lock_fd < 0) {
        set_errno_error(error, errno, lock);
        return PF_SOCKET_PLACE_FAILED;
    }
    if (lock_patiently(self->lock_fd, self->fd >= 0 ? 0 : DYING_US))
        return PF_SOCKET_PLACE_OURS;
    if (errno == EWOULDBLOCK)
        return PF_SOCKET_PLACE_TAKEN;
    set_errno_error(error, errno, lock);
    return PF_SOCKET_PLACE_FAILED;
}

/* Binds and listens; whoever left a socket there is dead, for we hold the lock. */
static gboolean
listen_at_path(PfSocketPlace *self, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, self->path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || (unlink(self->path) < 0 && errno != ENOENT) ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(self->path, 0600) < 0 || listen(fd, BACKLOG) < 0) {
        set_errno_error(error, errno, self->path);
        close_fd(&fd);
        return FALSE;
    }
    close_fd(&self->fd);
    self->fd = fd;
    self->is_bound = TRUE;
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

static void
remember_name(PfSocketPlace *self)
{
    struct stat st = {0};
    stat(self->path, &st); /* removed since: then there is nothing that has the name */
    self->device = st.st_dev;
    self->inode = st.st_ino;
}

static gboolean
has_name(const PfSocketPlace *self)
{
    struct stat st;
    return stat(self->path, &st) == 0 && st.st_dev == self->device && st.st_ino == self->inode;
}

static void watch(PfSocketPlace *self);

static gboolean on_retry(gpointer user_data);

/* Takes the place again. */
static void
move(PfSocketPlace *self)
{
    g_autoptr(GError) error = NULL;
    PfSocketPlaceStart start = PF_SOCKET_PLACE_FAILED;
    if (prepare_folder(self->path, &error))
        start = take_lock(self, &error);
    if (start == PF_SOCKET_PLACE_TAKEN) {
        g_message("Another agent has taken the place of this one");
        self->on_moved(-1, self->user_data);
        return;
    }
    if (start == PF_SOCKET_PLACE_OURS && listen_at_path(self, &error)) {
        remember_name(self);
        g_message("The socket was removed; it is there again");
        self->on_moved(self->fd, self->user_data);
    } else {
        g_message("The socket was removed: %s", error->message);
        self->retry_source = g_timeout_add_seconds(RETRY_S, on_retry, self);
    }
    watch(self);
}

static gboolean
on_retry(gpointer user_data)
{
    PfSocketPlace *self = user_data;
    self->retry_source = 0;
    if (!has_name(self))
        move(self);
    else if (self->watch_source == 0)
        watch(self);
    return G_SOURCE_REMOVE;
}

static gboolean
on_folder_changed(int fd, GIOCondition condition, gpointer user_data)
{
    PfSocketPlace *self = user_data;
    char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    while (read(fd, events, sizeof events) > 0)
        continue;
    if (has_name(self) || self->retry_source != 0)
        return G_SOURCE_CONTINUE;
    self->watch_source = 0;
    move(self);
    return G_SOURCE_REMOVE;
}

/* Watches the folder as it is now. Without a watch, which is a comfort, the agent serves as well. A
 * folder that was removed before there was a watch has no event, and is looked at again. */
static void
watch(PfSocketPlace *self)
{
    g_autofree char *folder = g_path_get_dirname(self->path);
    g_clear_handle_id(&self->watch_source, g_source_remove);
    close_fd(&self->watch_fd);
    self->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (self->watch_fd < 0 || inotify_add_watch(self->watch_fd, folder,
                                                IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF |
                                                    IN_MOVE_SELF | IN_ONLYDIR) < 0)
        close_fd(&self->watch_fd);
    else
        self->watch_source = g_unix_fd_add(self->watch_fd, G_IO_IN, on_folder_changed, self);
    if (!has_name(self) && self->retry_source == 0)
        self->retry_source = g_timeout_add_seconds(RETRY_S, on_retry, self);
}

static PfSocketPlaceStart
take(PfSocketPlace *self, GError **error)
{
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
    int r = pf_socket_path_get(path, sizeof path);
    if (r < 0) {
        set_errno_error(error, -r, "XDG_RUNTIME_DIR gives no place for the socket");
        return PF_SOCKET_PLACE_FAILED;
    }
    self->path = g_strdup(path);
    if (!prepare_folder(path, error))
        return PF_SOCKET_PLACE_FAILED;
    PfSocketPlaceStart start = take_lock(self, error);
    if (start != PF_SOCKET_PLACE_OURS)
        return start;
    self->fd = get_activation_fd();
    if (self->fd < 0 && !listen_at_path(self, error))
        return PF_SOCKET_PLACE_FAILED;
    remember_name(self);
    watch(self);
    return PF_SOCKET_PLACE_OURS;
}

PfSocketPlaceStart
pf_socket_place_new(PfSocketPlaceFunc on_moved, gpointer user_data, PfSocketPlace **ret_place,
                    GError **error)
{
    PfSocketPlace *self = g_new0(PfSocketPlace, 1);
    self->lock_fd = self->fd = self->watch_fd = -1;
    self->on_moved = on_moved;
    self->user_data = user_data;
    PfSocketPlaceStart start = take(self, error);
    if (start == PF_SOCKET_PLACE_OURS)
        *ret_place = self;
    else
        pf_socket_place_free(self);
    return start;
}

int
pf_socket_place_get_fd(const PfSocketPlace *self)
{
    return self->fd;
}

void
pf_socket_place_close(PfSocketPlace *self)
{
    g_clear_handle_id(&self->watch_source, g_source_remove);
    g_clear_handle_id(&self->retry_source, g_source_remove);
    close_fd(&self->watch_fd);
    /* A name that is another's now is not ours to remove. */
    if (self->is_bound && has_name(self))
        unlink(self->path);
    self->is_bound = FALSE;
    close_fd(&self->fd);
}

void
pf_socket_place_free(PfSocketPlace *self)
{
    if (self == NULL)
        return;
    pf_socket_place_close(self);
    close_fd(&self->lock_fd);
    g_free(self->path);
    g_free(self);
}
