/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Who listens on the private socket: the one agent that programs obey, whoever has its name on the
 * session bus. */
#pragma once

#include <sys/types.h>

/* The process that listens, or 0 when it is in another PID namespace. Connects for a moment, never
 * waits. Returns 0 or -errno: -ENOENT or -ECONNREFUSED without an agent, -EACCES for a socket that
 * is not our user's. */
int pf_socket_peer_get_pid(pid_t *ret_pid);
