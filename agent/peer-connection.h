/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPeerConnection: one accepted connection on the private socket. Main thread only. */
#pragma once

#include <systemd/sd-bus.h>

#include "bus-source.h"
#include "cache-calls.h"

typedef struct PfPeerConnection PfPeerConnection;

/* Called once, after the connection has left cache and broker; it is freed afterwards. */
typedef void (*PfPeerConnectionClosed)(PfPeerConnection *connection, gpointer user_data);

struct PfPeerConnection {
    PfCache *cache; /* borrowed, as the broker */
    PfPromptBroker *broker;
    sd_bus *bus;
    PfBusSource *source;
    PfPeerIdentity *identity;  /* until a context has it, or shares it */
    PfProcessContext *context; /* NULL: no client of the cache (yet) */
    gboolean has_spoken;       /* got through authentication to a first call */
    gboolean is_instance;      /* said Hello */
    PfPeerConnectionClosed on_closed;
    gpointer user_data;
};

/* Serves Cache1 on FD, which is taken over, also on failure. Takes IDENTITY on success. */
PfPeerConnection *pf_peer_connection_new(int fd, PfPeerIdentity *identity, PfCache *cache,
                                         PfPromptBroker *broker, PfPeerConnectionClosed on_closed,
                                         gpointer user_data, GError **error);

/* Closes and frees; ON_CLOSED is called first. */
void pf_peer_connection_close(PfPeerConnection *connection);

/* Its context has ended: nothing more is read from it, and it is closed from the loop, so that this
 * may be called from one of its own handlers. */
void pf_peer_connection_close_later(PfPeerConnection *connection);

/* Has the process closed it? Whoever sent what is still read from it waits for no answer any more:
 * an agent that is silent for too long is given up (DESIGN 4.14). */
gboolean pf_peer_connection_is_given_up(const PfPeerConnection *connection);

/* Who it is. Borrowed. */
PfPeerIdentity *pf_peer_connection_get_identity(PfPeerConnection *connection);
