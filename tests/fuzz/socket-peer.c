/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The client's end by sd-bus, and what it remembers of PINs: whose they are, which were refused. */
#include "socket-peer.h"

#include <fcntl.h>
#include <glib.h>
#include <stddef.h>
#include <unistd.h>

#include "agent-place.h"
#include "bare-bus.h"
#include "fuzz.h"
#include "socket-peer-private.h"
#include "state-page.h"
#include "wire-names.h"

/* Over all peers. Nothing is told of what happened to a token between BEGAN and now but that
 * something may have: a rejection holds until the token has a chance to see the PIN as good. */
static struct {
    char pin[SOCKET_PEER_PIN + 1];
    unsigned since;
} rejected[SOCKET_PEER_TOKENS];
static unsigned now;
static unsigned last_good[SOCKET_PEER_TOKENS];

#define LEASES 16u
static struct {
    uint64_t id;
    unsigned token;
    char pin[SOCKET_PEER_PIN + 1];
} leases[LEASES];
static unsigned granted;

static const char *const tokens[SOCKET_PEER_TOKENS] = {
    "pkcs11:model=M;manufacturer=F;serial=0000;token=0",
    "pkcs11:model=M;manufacturer=F;serial=0001;token=1",
    "pkcs11:model=M;manufacturer=F;serial=;token=2",
    "pkcs11:model=%FF%00%0A;manufacturer=%C3%28;serial=%20;token=3%25s%1B",
    "pkcs11:model=M;manufacturer=F;serial=0001;token=1;object=x",
    "pkcs11:model=M;manufacturer=F;serial=0001;token=%31",
    "pkcs11:",
    "",
};

void
socket_peer_reset(void)
{
    memset(rejected, 0, sizeof rejected);
    memset(last_good, 0, sizeof last_good);
    memset(leases, 0, sizeof leases);
    now = 1;
    granted = 0;
}

const char *
socket_peer_get_token_uri(unsigned token)
{
    return tokens[token % SOCKET_PEER_TOKENS];
}

void
socket_peer_note_new_pin(unsigned token)
{
    last_good[token % SOCKET_PEER_TOKENS] = ++now;
}

void
socket_peer_remove_token(unsigned token)
{
    socket_peer_note_new_pin(token);
    agent_place_remove_token(socket_peer_get_token_uri(token));
}

void
socket_peer_format_pin(char pin[SOCKET_PEER_PIN + 1], unsigned token, unsigned which)
{
    snprintf(pin, SOCKET_PEER_PIN + 1, "%u-%04u", token % SOCKET_PEER_TOKENS, which);
}

/* A prompter's call: remembers which request it is, and of which token. */
static int
read_details(SocketPeer *peer, sd_bus_message *message)
{
    int r = sd_bus_message_enter_container(message, 'a', "{sv}");
    while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
        const char *key;
        const char *label;
        r = sd_bus_message_read(message, "s", &key);
        if (r >= 0 && strcmp(key, "token-label") == 0) {
            r = sd_bus_message_read(message, "v", "s", &label);
            if (r >= 0)
                peer->request_token = (unsigned)(label[0] - '0') % SOCKET_PEER_TOKENS;
        } else if (r >= 0) {
            r = sd_bus_message_skip(message, "v");
        }
        if (r >= 0)
            r = sd_bus_message_exit_container(message);
    }
    return r;
}

static int
on_message(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    SocketPeer *peer = userdata;
    uint64_t request;
    if (sd_bus_message_is_method_call(message, PF_WIRE_PROMPTER_INTERFACE, NULL) <= 0)
        return 0;
    int r = sd_bus_message_read(message, "t", &request);
    if (r >= 0 && sd_bus_message_is_method_call(message, NULL, "Retry") > 0)
        r = sd_bus_message_read(message, "t", &request);
    if (r >= 0 && sd_bus_message_is_method_call(message, NULL, "Close") <= 0) {
        peer->request = request;
        r = read_details(peer, message);
    }
    FUZZ_CHECK(r >= 0);
    sd_bus_reply_method_return(message, NULL);
    return 1;
}

static void
free_call(gpointer data)
{
    PeerCall *call = data;
    pf_pin_page_wipe(&call->page);
    pf_pin_page_wipe(&call->new_page);
    g_free(call);
}

SocketPeer *
socket_peer_new(unsigned process)
{
    SocketPeer *peer = g_new0(SocketPeer, 1);
    peer->fd = agent_place_connect(process);
    peer->is_reading = true;
    peer->board = -1;
    peer->calls = g_ptr_array_new_with_free_func(free_call);
    peer->bus = pf_bare_bus_new(peer->fd);
    if (sd_bus_add_filter(peer->bus, NULL, on_message, peer) < 0)
        abort();
    pf_bare_bus_start(peer->bus);
    /* A call with a descriptor would wait for the authentication, and the agent is not a thread. */
    for (unsigned i = 0; i < 100 && sd_bus_is_ready(peer->bus) == 0; i++) {
        agent_place_turn();
        socket_peer_turn(peer);
    }
    FUZZ_CHECK(sd_bus_is_ready(peer->bus) > 0);
    return peer;
}

void
socket_peer_free(SocketPeer *peer)
{
    sd_bus_close_unref(peer->bus);
    g_ptr_array_unref(peer->calls);
    if (peer->board >= 0)
        close(peer->board);
    g_free(peer);
}

bool
socket_peer_turn(SocketPeer *peer)
{
    if (!peer->is_reading || peer->is_over)
        return false;
    int r = sd_bus_process(peer->bus, NULL);
    peer->is_over = r < 0 || sd_bus_is_open(peer->bus) <= 0;
    return r > 0;
}

void
socket_peer_set_reading(SocketPeer *peer, bool is_reading)
{
    peer->is_reading = is_reading;
}

void
socket_peer_check_answered(const SocketPeer *peer)
{
    if (!peer->is_reading || peer->is_over || peer->is_garbled)
        return;
    for (guint i = 0; i < peer->calls->len; i++) {
        const PeerCall *call = g_ptr_array_index(peer->calls, i);
        FUZZ_CHECK(call->is_answered || call->kind == CALL_WAITS);
    }
}

/* A PIN that was lent: it is the token's own, and none that was rejected before it was asked for.
 */
static void
check_lent_pin(const PeerCall *call, const char *pin, bool is_cached)
{
    unsigned token = call->token;
    FUZZ_CHECK((unsigned)(pin[0] - '0') == token);
    if (is_cached && rejected[token].since > last_good[token] &&
        rejected[token].since < call->began)
        FUZZ_CHECK(strcmp(rejected[token].pin, pin) != 0);
}

static void
receive_pin(const PeerCall *call, int fd, bool is_cached, char pin[SOCKET_PEER_PIN + 1])
{
    PfSecret *secret = NULL;
    pin[0] = '\0';
    /* An agent that wiped the page meanwhile has taken the lease back. */
    if (pf_pin_page_receive(fd, &secret) < 0)
        return;
    size_t len = pf_secret_get_length(secret) < SOCKET_PEER_PIN ? pf_secret_get_length(secret)
                                                                : SOCKET_PEER_PIN;
    memcpy(pin, pf_secret_get_bytes(secret), len);
    pin[len] = '\0';
    pf_secret_free(secret);
    check_lent_pin(call, pin, is_cached);
}

static void
take_lease(const PeerCall *call, sd_bus_message *message)
{
    uint64_t id;
    int fd;
    int is_cached = strcmp(call->types, "th") == 0;
    char pin[SOCKET_PEER_PIN + 1] = "";
    FUZZ_CHECK(sd_bus_message_has_signature(message, call->types) > 0);
    FUZZ_CHECK(sd_bus_message_read(message, "t", &id) >= 0);
    if (strcmp(call->types, "tahh") == 0) {
        FUZZ_CHECK(sd_bus_message_enter_container(message, 'a', "h") >= 0);
        if (sd_bus_message_read(message, "h", &fd) > 0)
            receive_pin(call, fd, false, pin);
    } else {
        FUZZ_CHECK(sd_bus_message_read(message, "h", &fd) > 0);
        if (strcmp(call->types, "thb") == 0)
            FUZZ_CHECK(sd_bus_message_read(message, "b", &is_cached) > 0);
        receive_pin(call, fd, is_cached != 0, pin);
    }
    leases[granted % LEASES].id = id;
    leases[granted % LEASES].token = call->token;
    memcpy(leases[granted % LEASES].pin, pin, sizeof pin);
    granted++;
}

static void
take_board(SocketPeer *peer, sd_bus_message *message)
{
    int state;
    int board;
    int life;
    FUZZ_CHECK(sd_bus_message_read(message, "tthhh", NULL, NULL, &state, &board, &life) > 0);
    if (peer->board >= 0)
        close(peer->board);
    peer->board = fcntl(board, F_DUPFD_CLOEXEC, 3);
}

static int
on_reply(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    PeerCall *call = userdata;
    FUZZ_CHECK(!call->is_answered);
    call->is_answered = true;
    pf_pin_page_wipe(&call->page);
    pf_pin_page_wipe(&call->new_page);
    if (sd_bus_message_is_method_error(message, NULL) > 0)
        return 0;
    if (call->types != NULL)
        take_lease(call, message);
    else if (call->kind == CALL_HELLO)
        take_board(call->peer, message);
    else if (call->kind == CALL_END_REJECTED && call->pin[0] != '\0') {
        memcpy(rejected[call->token].pin, call->pin, sizeof call->pin);
        rejected[call->token].since = last_good[call->token] < call->began ? ++now : 0;
    }
    return 0;
}

PeerCall *
socket_peer_begin(SocketPeer *peer, CallKind kind, const char *member, sd_bus_message **ret_message)
{
    if (peer->is_over ||
        sd_bus_message_new_method_call(peer->bus, ret_message, NULL, PF_WIRE_CACHE_PATH,
                                       PF_WIRE_CACHE_INTERFACE, member) < 0)
        return NULL;
    PeerCall *call = g_new0(PeerCall, 1);
    call->peer = peer;
    call->kind = kind;
    call->began = ++now;
    call->page = PF_PIN_PAGE_NONE;
    call->new_page = PF_PIN_PAGE_NONE;
    g_ptr_array_add(peer->calls, call);
    return call;
}

void
socket_peer_finish(PeerCall *call, sd_bus_message *message, int r)
{
    if (r >= 0)
        r = sd_bus_call_async(call->peer->bus, NULL, message, on_reply, call, UINT64_MAX);
    call->is_answered = r < 0;
    sd_bus_message_unref(message);
}

int
socket_peer_append_domain(PeerCall *call, sd_bus_message *message, PeerDomain domain)
{
    call->token = domain.token % SOCKET_PEER_TOKENS;
    return sd_bus_message_append(message, "stb", tokens[call->token], domain.app_id,
                                 (int)(domain.app_id != 0));
}

uint64_t
socket_peer_get_last_lease(uint64_t otherwise)
{
    return granted > 0 ? leases[(granted - 1) % LEASES].id : otherwise;
}

void
socket_peer_end_lease(SocketPeer *peer, unsigned ago, uint32_t result, uint64_t flags)
{
    sd_bus_message *message;
    unsigned at = (granted - 1 - ago) % LEASES;
    PeerCall *call =
        socket_peer_begin(peer, result == PF_LEASE_REJECTED ? CALL_END_REJECTED : CALL_PLAIN,
                          "EndLease", &message);
    if (call == NULL)
        return;
    call->token = leases[at].token;
    memcpy(call->pin, leases[at].pin, sizeof call->pin);
    if (result == PF_LEASE_OK)
        socket_peer_note_new_pin(call->token);
    socket_peer_finish(call, message,
                       sd_bus_message_append(message, "tut", leases[at].id, result, flags));
}

void
socket_peer_end_on_board(SocketPeer *peer, unsigned entry)
{
    uint64_t lease = granted > 0 ? leases[(granted - 1) % LEASES].id : 0;
    off_t at =
        (off_t)(offsetof(PfSessionBoard, ended_lease) + entry % PF_STATE_ENTRIES * sizeof lease);
    for (unsigned token = 0; token < SOCKET_PEER_TOKENS; token++)
        socket_peer_note_new_pin(token);
    if (peer->board >= 0 && pwrite(peer->board, &lease, sizeof lease, at) < 0)
        abort();
}
