/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The private socket's listener, by the credentials that the kernel has kept of it. */
#include "socket-peer.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket-path.h"

static int
read_listener(int fd, const struct sockaddr_un *address, pid_t *ret_pid)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ||
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -errno;
    if (peer.uid != geteuid())
        return -EACCES;
    *ret_pid = peer.pid;
    return 0;
}

int
pf_socket_peer_get_pid(pid_t *ret_pid)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int r = pf_socket_path_get(address.sun_path, sizeof address.sun_path);
    if (r == 0)
        r = pf_socket_path_check(address.sun_path);
    if (r < 0)
        return r;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    r = read_listener(fd, &address, ret_pid);
    close(fd);
    return r;
}
