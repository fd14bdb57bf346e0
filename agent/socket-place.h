/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSocketPlace: the private socket's name in the file system, and the lock that keeps it to one
 * agent. Whoever removes them, by mistake or to clean up, does not cut programs off for long: the
 * place is taken again. Main thread only. */
#pragma once

#include <gio/gio.h>

typedef struct PfSocketPlace PfSocketPlace;

typedef enum {
    PF_SOCKET_PLACE_OURS,
    PF_SOCKET_PLACE_TAKEN, /* by another agent of the user */
    PF_SOCKET_PLACE_FAILED,
} PfSocketPlaceStart;

/* FD listens now, instead of the one before; it stays the place's. -1: another agent has taken the
 * place since it was lost, and nobody will come any more. */
typedef void (*PfSocketPlaceFunc)(int fd, gpointer user_data);

/* Takes the place and listens, on the activation descriptor if there is one, else on a socket of
 * our own at $XDG_RUNTIME_DIR/pinfold/agent. RET_PLACE and ERROR as the result says. */
PfSocketPlaceStart pf_socket_place_new(PfSocketPlaceFunc on_moved, gpointer user_data,
                                       PfSocketPlace **ret_place, GError **error);

/* What listens; the place's. */
int pf_socket_place_get_fd(const PfSocketPlace *place);

/* No new connection comes any more, and the name is gone; the lock is kept. */
void pf_socket_place_close(PfSocketPlace *place);

/* Closes, and lets another agent take the place. NULL is fine. */
void pf_socket_place_free(PfSocketPlace *place);
