/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPeerIdentity: socket credentials, pidfd, /proc. */
#include "peer-identity.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "program-name.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif
#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446 /* Linux 6.9 */
#endif

/* The fields of /proc/PID/stat after the program's name, which may hold blanks and parentheses. */
enum {
    STAT_STATE = 0,
    STAT_TTY = 4,
    STAT_START_TIME = 19,
    STAT_FIELDS = 20,
};

/* NULL when the process is gone or hidden. */
static GStrv
read_stat(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NULL;
    const char *after_name = strrchr(text, ')');
    if (after_name == NULL || after_name[1] != ' ')
        return NULL;
    GStrv fields = g_strsplit(after_name + 2, " ", STAT_FIELDS + 1);
    if (g_strv_length(fields) < STAT_FIELDS)
        g_clear_pointer(&fields, g_strfreev);
    return fields;
}

static int
kernel_get_peer_pidfd(int socket_fd)
{
    int pidfd = -1;
    socklen_t size = sizeof pidfd;
    if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) < 0)
        return -errno;
    return pidfd;
}

static int
kernel_open_pidfd(pid_t pid)
{
    int pidfd = pidfd_open(pid, 0);
    return pidfd < 0 ? -errno : pidfd;
}

static int
kernel_read_start_time(pid_t pid, guint64 *ret)
{
    g_auto(GStrv) fields = read_stat(pid);
    if (fields == NULL)
        return -ESRCH;
    *ret = g_ascii_strtoull(fields[STAT_START_TIME], NULL, 10);
    return 0;
}

const PfPeerIdentityOps pf_peer_identity_kernel = {
    .get_peer_pidfd = kernel_get_peer_pidfd,
    .open_pidfd = kernel_open_pidfd,
    .read_start_time = kernel_read_start_time,
};

static void
set_gone(const PfPeerIdentity *self, GError **error)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "process %d is gone", (int)self->pid);
}

/* Sets pidfd and start time so that both are of the process that made the connection, as far as
 * the kernel lets us know: SO_PEERPIDFD is exact, and what it says of a process that is gone is no
 * reason to look whose its pid is now. Without it the pid may have been reused before we look; the
 * start time read on both sides of pidfd_open() at least makes the two agree. */
static gboolean
pin_process(PfPeerIdentity *self, int socket_fd, const PfPeerIdentityOps *ops, GError **error)
{
    guint64 before = 0;
    guint64 after = 0;
    int r = ops->read_start_time(self->pid, &before);
    self->pidfd = ops->get_peer_pidfd(socket_fd);
    if (self->pidfd == -ENOPROTOOPT)
        self->pidfd = ops->open_pidfd(self->pid);
    if (r < 0 || self->pidfd < 0 || ops->read_start_time(self->pid, &after) < 0 ||
        before != after) {
        set_gone(self, error);
        return FALSE;
    }
    self->start_time = before;
    return TRUE;
}

/* A process of another PID namespace has no ID here, but where its pidfd is a file of the kernel's
 * own (Linux 6.9), that has a number that no other process gets. Its connections are known to be of
 * one process by it; without it, each seems to be of another. */
static void
mark_unseen_process(PfPeerIdentity *self, int socket_fd, const PfPeerIdentityOps *ops)
{
    struct statfs fs;
    struct stat st;
    int pidfd = ops->get_peer_pidfd(socket_fd);
    if (pidfd < 0)
        return;
    if (fstatfs(pidfd, &fs) == 0 && fs.f_type == PID_FS_MAGIC && fstat(pidfd, &st) == 0)
        self->pidfs_inode = st.st_ino;
    self->pidfd = pidfd;
}

/* While it lives, nobody else has its pid, and what /proc says there is of it. */
static gboolean
is_alive(const PfPeerIdentity *self)
{
    struct pollfd watch = {.fd = self->pidfd, .events = POLLIN};
    return poll(&watch, 1, 0) == 0;
}

static gboolean
stat_exe(pid_t pid, struct stat *st)
{
    char path[32];
    g_snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    return stat(path, st) == 0;
}

static gboolean
is_in_our_pid_namespace(pid_t pid)
{
    struct stat ours;
    struct stat theirs;
    g_autofree char *path = g_strdup_printf("/proc/%d/ns/pid", (int)pid);
    return stat("/proc/self/ns/pid", &ours) == 0 && stat(path, &theirs) == 0 &&
           ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

static void
read_executable(PfPeerIdentity *self)
{
    struct stat st;
    g_autofree char *path = g_strdup_printf("/proc/%d/exe", (int)self->pid);
    g_autofree char *target = g_file_read_link(path, NULL);
    self->sandbox = pf_program_name_find_sandbox(self->pid);
    if (target == NULL || !stat_exe(self->pid, &st) ||
        (self->sandbox == NULL && !is_in_our_pid_namespace(self->pid)))
        return;
    self->is_exe_known = TRUE;
    self->exe_device = st.st_dev;
    self->exe_inode = st.st_ino;
    g_free(self->exe);
    self->exe = g_steal_pointer(&target);
}

PfPeerIdentity *
pf_peer_identity_new(int socket_fd, const PfPeerIdentityOps *ops, GError **error)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "no credentials: %s",
                    g_strerror(errno));
        return NULL;
    }
    g_autoptr(PfPeerIdentity) self = g_new0(PfPeerIdentity, 1);
    self->pid = peer.pid;
    self->pidfd = -1;
    self->exe = g_strdup("");
    if (ops == NULL)
        ops = &pf_peer_identity_kernel;
    if (self->pid == 0) {
        mark_unseen_process(self, socket_fd, ops);
        return g_steal_pointer(&self);
    }
    if (!pin_process(self, socket_fd, ops, error))
        return NULL;
    read_executable(self);
    if (!is_alive(self)) {
        set_gone(self, error);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
pf_peer_identity_free(PfPeerIdentity *identity)
{
    if (identity == NULL)
        return;
    if (identity->pidfd >= 0)
        close(identity->pidfd);
    g_free(identity->exe);
    g_free(identity->sandbox);
    g_free(identity->name);
    g_free(identity->icon);
    g_free(identity);
}

gboolean
pf_peer_identity_is_same_process(const PfPeerIdentity *a, const PfPeerIdentity *b)
{
    if (a->pid == 0)
        return b->pid == 0 && a->pidfs_inode != 0 && a->pidfs_inode == b->pidfs_inode;
    return a->pid == b->pid && a->start_time == b->start_time;
}

gboolean
pf_peer_identity_is_same(const PfPeerIdentity *a, const PfPeerIdentity *b)
{
    if (!pf_peer_identity_is_same_process(a, b))
        return FALSE;
    return a->is_exe_known == b->is_exe_known && a->exe_device == b->exe_device &&
           a->exe_inode == b->exe_inode;
}

guint
pf_peer_identity_hash(gconstpointer identity)
{
    return (guint)((const PfPeerIdentity *)identity)->pid;
}

gboolean
pf_peer_identity_equal(gconstpointer a, gconstpointer b)
{
    return a == b || pf_peer_identity_is_same(a, b);
}

gboolean
pf_peer_identity_runs(const PfPeerIdentity *identity, const PfProgramMark *program)
{
    return identity->is_exe_known && program->is_known && identity->exe_device == program->device &&
           identity->exe_inode == program->inode &&
           g_strcmp0(identity->sandbox, program->sandbox) == 0;
}

gboolean
pf_peer_identity_is_unchanged(const PfPeerIdentity *identity)
{
    struct stat st;
    if (!identity->is_exe_known)
        return TRUE;
    return stat_exe(identity->pid, &st) && st.st_dev == identity->exe_device &&
           st.st_ino == identity->exe_inode;
}

gboolean
pf_peer_identity_is_halted(const PfPeerIdentity *identity)
{
    if (identity->pid == 0)
        return FALSE;
    g_auto(GStrv) fields = read_stat(identity->pid);
    return fields == NULL || strchr("TtZXx", fields[STAT_STATE][0]) != NULL;
}

gboolean
pf_peer_identity_is_working(const PfPeerIdentity *identity)
{
    if (identity->pid == 0)
        return FALSE;
    g_auto(GStrv) fields = read_stat(identity->pid);
    return fields != NULL && fields[STAT_STATE][0] == 'R';
}

gboolean
pf_peer_identity_has_terminal(const PfPeerIdentity *identity)
{
    if (identity->pid == 0)
        return FALSE;
    g_auto(GStrv) fields = read_stat(identity->pid);
    return fields != NULL && strcmp(fields[STAT_TTY], "0") != 0;
}

static void
look_up_name(PfPeerIdentity *identity)
{
    if (identity->name == NULL)
        pf_program_name_look_up(identity->exe, identity->sandbox, &identity->name, &identity->icon);
}

const char *
pf_peer_identity_get_name(PfPeerIdentity *identity)
{
    look_up_name(identity);
    return identity->name;
}

const char *
pf_peer_identity_get_icon(PfPeerIdentity *identity)
{
    look_up_name(identity);
    return identity->icon;
}
