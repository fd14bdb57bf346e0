/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* A client's end of the private socket: sends calls, right ones and wrong ones, and holds the agent
 * to what it has promised about the answers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define SOCKET_PEER_TOKENS 8u

/* What stands in the place of a PIN page. */
typedef enum {
    PEER_PAGE_GOOD,
    PEER_PAGE_EMPTY,
    PEER_PAGE_LONGEST,
    PEER_PAGE_LIES,     /* a length that no page can have */
    PEER_PAGE_UNSEALED, /* a memfd that can still shrink */
    PEER_PAGE_SHORT,    /* sealed, and not of a page's size */
    PEER_PAGE_FOLDER,
    PEER_PAGE_PIPE,
} PeerPage;

typedef struct SocketPeer SocketPeer;

/* Forgets what was promised in the run before. */
void socket_peer_reset(void);

SocketPeer *socket_peer_new(unsigned process);
void socket_peer_free(SocketPeer *peer);

/* Reads what has come. Returns whether there was anything. */
bool socket_peer_turn(SocketPeer *peer);

/* Stops and goes on reading. */
void socket_peer_set_reading(SocketPeer *peer, bool is_reading);

/* Every call that need not wait for a person or a queue has its answer, or the connection is over.
 */
void socket_peer_check_answered(const SocketPeer *peer);

/* Names a domain; TOKEN is an index, APP_ID 0 the process's own. */
typedef struct {
    unsigned token;
    uint64_t app_id;
} PeerDomain;

/* The token is pulled. */
void socket_peer_remove_token(unsigned token);

void socket_peer_hello(SocketPeer *peer, uint32_t protocol);
void socket_peer_sessions(SocketPeer *peer, PeerDomain domain, uint32_t count);
void socket_peer_store(SocketPeer *peer, PeerDomain domain, PeerPage page, unsigned which,
                       uint64_t flags);
void socket_peer_take(SocketPeer *peer, PeerDomain domain);
void socket_peer_note_use(SocketPeer *peer, PeerDomain domain);

/* Prompt and PromptChange; PURPOSE is an index, WITH says which details come along. */
void socket_peer_prompt(SocketPeer *peer, PeerDomain domain, bool is_change, unsigned purpose,
                        unsigned with);

/* Ends the lease that was granted AGO grants before, to whomever. */
void socket_peer_end_lease(SocketPeer *peer, unsigned ago, uint32_t result, uint64_t flags);

/* Methods that take a domain and no more. */
void socket_peer_call_domain(SocketPeer *peer, const char *member, PeerDomain domain,
                             bool has_explicit);
void socket_peer_report(SocketPeer *peer, unsigned token, uint32_t event, unsigned with);
void socket_peer_register(SocketPeer *peer);

/* Answers the request that was shown last, if it is a prompter's; else one that does not exist. */
void socket_peer_answer(SocketPeer *peer, const char *member, PeerPage page, unsigned which);

/* Answers whether the program may use the login; DECISION is an index. */
void socket_peer_answer_consent(SocketPeer *peer, unsigned decision);

/* Writes to the board: sessions of an entry, or that the last lease has ended. */
void socket_peer_write_board(SocketPeer *peer, unsigned entry, uint32_t count);
void socket_peer_end_on_board(SocketPeer *peer, unsigned entry);

/* Any method with any arguments; TYPES is a D-Bus signature of basic types. */
void socket_peer_call_any(SocketPeer *peer, const char *member, const char *types, uint8_t fill);

/* Bytes between the messages. */
void socket_peer_write_raw(SocketPeer *peer, const uint8_t *data, size_t size);
