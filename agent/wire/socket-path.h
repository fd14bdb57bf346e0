/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Where the private socket is, and whether the place can be trusted. */
#pragma once

#include <stddef.h>

/* Writes $XDG_RUNTIME_DIR/pinfold/agent to BUFFER. Returns 0, -ENOENT when the variable is unset,
 * not absolute, or the process is setuid (its environment is not its own), or -ENAMETOOLONG when
 * the path does not fit a socket address. */
int pf_socket_path_get(char *buffer, size_t size);

/* Is the socket's directory the caller's own, a real directory, and closed to others (0700)?
 * Returns 0, -EACCES when not, or -errno. */
int pf_socket_path_check(const char *path);
