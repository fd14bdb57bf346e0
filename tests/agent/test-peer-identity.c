/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests who is at the other end of a socket, with and without SO_PEERPIDFD, and pid reuse. */
#include "peer-identity.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int opened_pidfds;

static int
lack_peer_pidfd(int socket_fd)
{
    return -ENOPROTOOPT;
}

/* As the kernel answers for a process that was waited for: the pid can be another's by now. */
static int
lack_process(int socket_fd)
{
    return -ESRCH;
}

/* As newer kernels do: its pidfd, which tells that it has ended. */
static int
open_ended_pidfd(int socket_fd)
{
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    int pidfd = pf_peer_identity_kernel.open_pidfd(child);
    waitpid(child, NULL, 0);
    return pidfd;
}

static int
count_open_pidfd(pid_t pid)
{
    opened_pidfds++;
    return pf_peer_identity_kernel.open_pidfd(pid);
}

/* As if the pid had become another process's between the two looks. */
static int
change_start_time(pid_t pid, guint64 *ret)
{
    static guint64 time = 100;
    *ret = time++;
    return 0;
}

static int
find_no_process(pid_t pid, guint64 *ret)
{
    return -ESRCH;
}

typedef struct {
    pid_t child;
    int fd;
} Peer;

/* A child that connects by a socket pair made after the fork could not be: credentials of a pair
 * are its maker's. So the child connects to a listener of ours. */
static void
set_up(Peer *peer, gconstpointer data)
{
    struct sockaddr address = {.sa_family = AF_UNIX}; /* autobind: an abstract name */
    struct sockaddr_storage bound;
    socklen_t size = sizeof bound;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(listener, &address, sizeof address.sa_family), ==, 0);
    g_assert_cmpint(listen(listener, 1), ==, 0);
    g_assert_cmpint(getsockname(listener, (struct sockaddr *)&bound, &size), ==, 0);
    peer->child = fork();
    if (peer->child == 0) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
        if (connect(fd, (struct sockaddr *)&bound, size) == 0)
            pause();
        _exit(1);
    }
    peer->fd = accept(listener, NULL, NULL);
    g_assert_cmpint(peer->fd, >=, 0);
    close(listener);
}

static void
end_child(Peer *peer)
{
    if (peer->child > 0) {
        kill(peer->child, SIGKILL);
        waitpid(peer->child, NULL, 0);
        peer->child = 0;
    }
}

static void
tear_down(Peer *peer, gconstpointer data)
{
    end_child(peer);
    close(peer->fd);
}

static void
check_identity(Peer *peer, const PfPeerIdentityOps *ops)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PfPeerIdentity) identity = pf_peer_identity_new(peer->fd, ops, &error);
    g_autofree char *own = g_file_read_link("/proc/self/exe", NULL);
    g_assert_no_error(error);
    g_assert_cmpint(identity->pid, ==, peer->child);
    g_assert_cmpstr(identity->exe, ==, own);
    g_assert_true(identity->is_exe_known);
    g_assert_true(pf_peer_identity_is_unchanged(identity));
    g_assert_cmpstr(pf_peer_identity_get_name(identity), ==, "test-peer-identity");
    struct pollfd watch = {.fd = identity->pidfd, .events = POLLIN};
    g_assert_cmpint(poll(&watch, 1, 0), ==, 0);
    end_child(peer);
    g_assert_cmpint(poll(&watch, 1, 5000), ==, 1);
    g_assert_false(pf_peer_identity_is_unchanged(identity));
    g_assert_true(pf_peer_identity_is_halted(identity));
}

static void
test_kernel(Peer *peer, gconstpointer data)
{
    check_identity(peer, NULL);
}

static void
test_without_peer_pidfd(Peer *peer, gconstpointer data)
{
    PfPeerIdentityOps ops = pf_peer_identity_kernel;
    ops.get_peer_pidfd = lack_peer_pidfd;
    ops.open_pidfd = count_open_pidfd;
    opened_pidfds = 0;
    check_identity(peer, &ops);
    g_assert_cmpint(opened_pidfds, ==, 1);
}

static void
check_refused(Peer *peer, const PfPeerIdentityOps *ops)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(pf_peer_identity_new(peer->fd, ops, &error));
    g_assert_nonnull(error);
}

static void
test_reused_pid(Peer *peer, gconstpointer data)
{
    PfPeerIdentityOps ops = pf_peer_identity_kernel;
    ops.get_peer_pidfd = lack_peer_pidfd;
    ops.read_start_time = change_start_time;
    check_refused(peer, &ops);
    ops.read_start_time = find_no_process;
    check_refused(peer, &ops);
}

static void
test_gone_process(Peer *peer, gconstpointer data)
{
    end_child(peer);
    check_refused(peer, NULL);
    PfPeerIdentityOps ops = pf_peer_identity_kernel;
    ops.get_peer_pidfd = lack_peer_pidfd;
    check_refused(peer, &ops);
}

/* The pid of the one that made the connection belongs to the child, which did not. */
static void
test_heir_of_pid(Peer *peer, gconstpointer data)
{
    PfPeerIdentityOps ops = pf_peer_identity_kernel;
    ops.get_peer_pidfd = lack_process;
    check_refused(peer, &ops);
    ops.get_peer_pidfd = open_ended_pidfd;
    check_refused(peer, &ops);
}

static void
test_stopped_process(Peer *peer, gconstpointer data)
{
    g_autoptr(PfPeerIdentity) identity = pf_peer_identity_new(peer->fd, NULL, NULL);
    g_assert_false(pf_peer_identity_is_halted(identity));
    kill(peer->child, SIGSTOP);
    waitpid(peer->child, NULL, WUNTRACED);
    g_assert_true(pf_peer_identity_is_halted(identity));
}

/* The app hides its executable once it is registered: a second connection of it is known by less,
 * and must still not become a client of the cache. */
static void
test_hidden_executable(Peer *peer, gconstpointer data)
{
    g_autoptr(PfPeerIdentity) shown = pf_peer_identity_new(peer->fd, NULL, NULL);
    g_autoptr(PfPeerIdentity) hidden = pf_peer_identity_new(peer->fd, NULL, NULL);
    hidden->is_exe_known = FALSE;
    hidden->exe_device = 0;
    hidden->exe_inode = 0;
    g_assert_false(pf_peer_identity_is_same(shown, hidden));
    g_assert_true(pf_peer_identity_is_same_process(shown, hidden));
    hidden->start_time++;
    g_assert_false(pf_peer_identity_is_same_process(shown, hidden));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/peer-identity/kernel", Peer, NULL, set_up, test_kernel, tear_down);
    g_test_add("/peer-identity/without-peer-pidfd", Peer, NULL, set_up, test_without_peer_pidfd,
               tear_down);
    g_test_add("/peer-identity/reused-pid", Peer, NULL, set_up, test_reused_pid, tear_down);
    g_test_add("/peer-identity/gone-process", Peer, NULL, set_up, test_gone_process, tear_down);
    g_test_add("/peer-identity/heir-of-pid", Peer, NULL, set_up, test_heir_of_pid, tear_down);
    g_test_add("/peer-identity/stopped-process", Peer, NULL, set_up, test_stopped_process,
               tear_down);
    g_test_add("/peer-identity/hidden-executable", Peer, NULL, set_up, test_hidden_executable,
               tear_down);
    return g_test_run();
}
