/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The private socket's listener, by the credentials that the kernel has kept of it. */
#include "socket-peer.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket-path.h"

int
pf_socket_peer_create(struct sockaddr_un *ret_address)
{
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    int r = pf_socket_path_get(ret_address->sun_path, sizeof ret_address->sun_path);
    if (r == 0)
        r = pf_socket_path_check(ret_address->sun_path);
    if (r < 0)
        return r;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd < 0 ? -errno : fd;
}

int
pf_socket_peer_check(int fd, pid_t *ret_pid)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return -errno;
    if (peer.uid != geteuid())
        return -EACCES;
    *ret_pid = peer.pid;
    return 0;
}

int
pf_socket_peer_get_pid(pid_t *ret_pid)
{
    struct sockaddr_un address;
    int fd = pf_socket_peer_create(&address);
    if (fd < 0)
        return fd;
    int r = connect(fd, (const struct sockaddr *)&address, sizeof address) < 0
                ? -errno
                : pf_socket_peer_check(fd, ret_pid);
    close(fd);
    return r;
}
