/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the two files of the client's end share: socket-peer.c (the connection, and what was
 * promised) and socket-calls.c (what it says). */
#pragma once

#include <glib.h>

#include "pin-page.h"
#include "socket-peer.h"

/* Bytes of a PIN. */
#define SOCKET_PEER_PIN 16u

struct SocketPeer {
    sd_bus *bus;
    int fd;
    bool is_reading;
    bool is_over;
    bool is_garbled; /* it has written what is no message: nothing need be answered */
    int board;
    uint64_t request; /* shown last; as the prompter */
    unsigned request_token;
    GPtrArray *calls;
};

typedef enum {
    CALL_PLAIN,
    CALL_WAITS, /* for a person or a queue */
    CALL_HELLO,
    CALL_END_REJECTED,
} CallKind;

typedef struct {
    SocketPeer *peer;
    CallKind kind;
    const char *types; /* of the answer that holds a lease; NULL: none */
    unsigned token;
    char pin[SOCKET_PEER_PIN + 1]; /* of END_REJECTED */
    unsigned began;
    PfPinPage page; /* ours, until there is an answer */
    PfPinPage new_page;
    bool is_answered;
} PeerCall;

const char *socket_peer_get_token_uri(unsigned token);

/* From here on any PIN may be right for the token again. */
void socket_peer_note_new_pin(unsigned token);

void socket_peer_format_pin(char pin[SOCKET_PEER_PIN + 1], unsigned token, unsigned which);

/* The number of the lease that was granted last, to whomever; OTHERWISE where none was. */
uint64_t socket_peer_get_last_lease(uint64_t otherwise);

/* A new call, its message with nothing in it yet. NULL when the connection is over. */
PeerCall *socket_peer_begin(SocketPeer *peer, CallKind kind, const char *member,
                            sd_bus_message **ret_message);

/* Sends if R says that the message is whole. */
void socket_peer_finish(PeerCall *call, sd_bus_message *message, int r);

int socket_peer_append_domain(PeerCall *call, sd_bus_message *message, PeerDomain domain);
