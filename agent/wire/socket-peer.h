/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Who listens on the private socket: the one agent that programs obey, whoever has its name on the
 * session bus. */
#pragma once

#include <sys/types.h>
#include <sys/un.h>

/* Makes a socket that can be connected to the private one, of which *RET_ADDRESS is the address,
 * and which is checked to be in a safe place. It does not block. Returns it or -errno. */
int pf_socket_peer_create(struct sockaddr_un *ret_address);

/* Whom FD is connected to: -EACCES unless it is our user. *RET_PID as below. Returns 0 or -errno.
 */
int pf_socket_peer_check(int fd, pid_t *ret_pid);

/* The process that listens, or 0 when it is in another PID namespace. Connects for a moment, never
 * waits. Returns 0 or -errno: -ENOENT or -ECONNREFUSED without an agent, -EACCES for a socket that
 * is not our user's. */
int pf_socket_peer_get_pid(pid_t *ret_pid);
