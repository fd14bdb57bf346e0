/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The client's end by sd-bus, and what it remembers of PINs: whose they are, which were refused. */
#include "socket-peer.h"

#include <fcntl.h>
#include <glib.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent-place.h"
#include "fuzz.h"
#include "pin-page.h"
#include "state-page.h"
#include "wire-names.h"

#define PAGE 4096u
#define PIN  16u

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
    char pin[PIN + 1]; /* of END_REJECTED */
    unsigned began;
    PfPinPage page; /* ours, until there is an answer */
    PfPinPage new_page;
    bool is_answered;
} PeerCall;

/* Over all peers. Nothing is told of what happened to a token between BEGAN and now but that
 * something may have: a rejection holds until the token has a chance to see the PIN as good. */
static struct {
    char pin[PIN + 1];
    unsigned since;
} rejected[SOCKET_PEER_TOKENS];
static unsigned now;
static unsigned last_good[SOCKET_PEER_TOKENS];

#define LEASES 16u
static struct {
    uint64_t id;
    unsigned token;
    char pin[PIN + 1];
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

static const char *
get_token_uri(unsigned token)
{
    return tokens[token % SOCKET_PEER_TOKENS];
}

/* From here on any PIN may be right for the token again. */
static void
token_may_be_new(unsigned token)
{
    last_good[token % SOCKET_PEER_TOKENS] = ++now;
}

void
socket_peer_remove_token(unsigned token)
{
    token_may_be_new(token);
    agent_place_remove_token(get_token_uri(token));
}

static void
format_pin(char pin[PIN + 1], unsigned token, unsigned which)
{
    snprintf(pin, PIN + 1, "%u-%04u", token % SOCKET_PEER_TOKENS, which);
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
    if (sd_bus_new(&peer->bus) < 0 || sd_bus_set_fd(peer->bus, peer->fd, peer->fd) < 0 ||
        sd_bus_negotiate_fds(peer->bus, true) < 0 ||
        sd_bus_add_filter(peer->bus, NULL, on_message, peer) < 0 || sd_bus_start(peer->bus) < 0)
        abort();
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
receive_pin(const PeerCall *call, int fd, bool is_cached, char pin[PIN + 1])
{
    PfSecret *secret = NULL;
    pin[0] = '\0';
    /* An agent that wiped the page meanwhile has taken the lease back. */
    if (pf_pin_page_receive(fd, &secret) < 0)
        return;
    size_t len = pf_secret_get_length(secret) < PIN ? pf_secret_get_length(secret) : PIN;
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
    char pin[PIN + 1] = "";
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

/* A new call, its message with nothing in it yet. NULL when the connection is over. */
static PeerCall *
begin(SocketPeer *peer, CallKind kind, const char *member, sd_bus_message **ret_message)
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

/* Sends if R says that the message is whole. */
static void
finish(PeerCall *call, sd_bus_message *message, int r)
{
    if (r >= 0)
        r = sd_bus_call_async(call->peer->bus, NULL, message, on_reply, call, UINT64_MAX);
    call->is_answered = r < 0;
    sd_bus_message_unref(message);
}

static int
append_domain(PeerCall *call, sd_bus_message *message, PeerDomain domain)
{
    call->token = domain.token % SOCKET_PEER_TOKENS;
    return sd_bus_message_append(message, "stb", tokens[call->token], domain.app_id,
                                 (int)(domain.app_id != 0));
}

void
socket_peer_hello(SocketPeer *peer, uint32_t protocol)
{
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_HELLO, "Hello", &message);
    if (call != NULL)
        finish(call, message, sd_bus_message_append(message, "u", protocol));
}

void
socket_peer_sessions(SocketPeer *peer, PeerDomain domain, uint32_t count)
{
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_PLAIN, "SessionsChanged", &message);
    if (call == NULL)
        return;
    int r = append_domain(call, message, domain);
    finish(call, message, r < 0 ? r : sd_bus_message_append(message, "u", count));
}

/* A memfd that is not made by PfPinPage. */
static int
open_forged(uint32_t length, off_t size, int seals)
{
    int fd = memfd_create("forged", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, size) < 0 || pwrite(fd, &length, sizeof length, 0) < 0 ||
        fcntl(fd, F_ADD_SEALS, seals) < 0)
        abort();
    return fd;
}

static int
open_pipe(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        abort();
    close(ends[1]);
    return ends[0];
}

static int
open_page(PeerPage kind, const char *pin, PfPinPage *ret_page)
{
    static const char longest[PF_SECRET_MAX] = "0-longest";
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
    switch (kind) {
    case PEER_PAGE_LIES:
        return open_forged(PF_SECRET_MAX + 1, PAGE, seals);
    case PEER_PAGE_UNSEALED:
        return open_forged(4, PAGE, F_SEAL_GROW);
    case PEER_PAGE_SHORT:
        return open_forged(4, 64, seals);
    case PEER_PAGE_FOLDER:
        return open("/", O_RDONLY | O_CLOEXEC);
    case PEER_PAGE_PIPE:
        return open_pipe();
    case PEER_PAGE_LONGEST:
    case PEER_PAGE_EMPTY:
    case PEER_PAGE_GOOD:
        break;
    }
    const char *bytes = kind == PEER_PAGE_LONGEST ? longest : pin;
    size_t len = kind == PEER_PAGE_LONGEST ? sizeof longest
                 : kind == PEER_PAGE_EMPTY ? 0
                                           : strlen(pin);
    if (pf_pin_page_create(ret_page, bytes, len) < 0)
        abort();
    return -1;
}

/* Adds a page to a message, which keeps a descriptor of its own. */
static int
append_page(sd_bus_message *message, PeerPage kind, const char *pin, PfPinPage *ret_page)
{
    int forged = open_page(kind, pin, ret_page);
    int r = sd_bus_message_append(message, "h", forged >= 0 ? forged : ret_page->fd);
    if (forged >= 0)
        close(forged);
    return r;
}

void
socket_peer_store(SocketPeer *peer, PeerDomain domain, PeerPage page, unsigned which,
                  uint64_t flags)
{
    sd_bus_message *message;
    char pin[PIN + 1];
    PeerCall *call = begin(peer, CALL_PLAIN, "StoreLogin", &message);
    if (call == NULL)
        return;
    /* The longest PIN is token 0's: it names no other. */
    if (page == PEER_PAGE_LONGEST)
        domain.token = 0;
    format_pin(pin, domain.token, which);
    token_may_be_new(domain.token);
    int r = append_domain(call, message, domain);
    if (r >= 0)
        r = append_page(message, page, pin, &call->page);
    finish(call, message, r < 0 ? r : sd_bus_message_append(message, "t", flags));
}

/* What a card can call its keys. */
static int
append_use(sd_bus_message *message, PeerDomain domain)
{
    static const char *const labels[] = {"", "<b>key\x1b[2J", "Schl\xc3\xbcssel\n%s%n", NULL};
    char longest[1000] = {0};
    const char *label = labels[domain.app_id % 4];
    memset(longest, 'k', sizeof longest - 1);
    return sd_bus_message_append(message, "ss", domain.token % 2 != 0 ? "sign" : "no such thing",
                                 label != NULL ? label : longest);
}

void
socket_peer_note_use(SocketPeer *peer, PeerDomain domain)
{
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_PLAIN, "NoteUse", &message);
    if (call == NULL)
        return;
    int r = append_domain(call, message, domain);
    finish(call, message, r < 0 ? r : append_use(message, domain));
}

void
socket_peer_take(SocketPeer *peer, PeerDomain domain)
{
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_WAITS, "TakePin", &message);
    if (call == NULL)
        return;
    call->types = "th";
    int r = append_domain(call, message, domain);
    finish(call, message, r < 0 ? r : append_use(message, domain));
}

static int
append_prompt_details(sd_bus_message *message, const char *purpose, unsigned with)
{
    int r = sd_bus_message_open_container(message, 'a', "{sv}");
    if (r >= 0)
        r = sd_bus_message_append(message, "{sv}", "purpose", "s", purpose);
    if (r >= 0 && (with & 1) != 0)
        r = sd_bus_message_append(message, "{sv}{sv}", "key-label", "s", "<b>key\x1b[2J",
                                  "operation", "s", "sign");
    if (r >= 0 && (with & 2) != 0)
        r = sd_bus_message_append(message, "{sv}{sv}{sv}", "min-len", "u", 4, "max-len", "u", 8,
                                  "token-flags", "t", UINT64_C(0x50000));
    if (r >= 0 && (with & 4) != 0)
        r = sd_bus_message_append(message, "{sv}{sv}", "min-len", "s", "text", "unheard-of", "aat",
                                  1, 2, UINT64_C(1), UINT64_C(2));
    return r < 0 ? r : sd_bus_message_close_container(message);
}

void
socket_peer_prompt(SocketPeer *peer, PeerDomain domain, bool is_change, unsigned purpose,
                   unsigned with)
{
    static const char *const purposes[] = {"login", "wake",    "context", "change",
                                           "set",   "strange", "",        "login"};
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_WAITS, is_change ? "PromptChange" : "Prompt", &message);
    uint64_t previous =
        (with & 8) != 0 && granted > 0 ? leases[(granted - 1) % LEASES].id : with >> 4;
    if (call == NULL)
        return;
    call->types = is_change ? "tahh" : "thb";
    int r = append_domain(call, message, domain);
    if (r >= 0)
        r = sd_bus_message_append(message, "t", previous);
    finish(call, message, r < 0 ? r : append_prompt_details(message, purposes[purpose % 8], with));
}

void
socket_peer_end_lease(SocketPeer *peer, unsigned ago, uint32_t result, uint64_t flags)
{
    sd_bus_message *message;
    unsigned at = (granted - 1 - ago) % LEASES;
    PeerCall *call = begin(peer, result == PF_LEASE_REJECTED ? CALL_END_REJECTED : CALL_PLAIN,
                           "EndLease", &message);
    if (call == NULL)
        return;
    call->token = leases[at].token;
    memcpy(call->pin, leases[at].pin, sizeof call->pin);
    if (result == PF_LEASE_OK)
        token_may_be_new(call->token);
    finish(call, message, sd_bus_message_append(message, "tut", leases[at].id, result, flags));
}

void
socket_peer_call_domain(SocketPeer *peer, const char *member, PeerDomain domain, bool has_explicit)
{
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_PLAIN, member, &message);
    if (call == NULL)
        return;
    finish(call, message,
           has_explicit
               ? append_domain(call, message, domain)
               : sd_bus_message_append(message, "st", get_token_uri(domain.token), domain.app_id));
}

void
socket_peer_report(SocketPeer *peer, unsigned token, uint32_t event, unsigned with)
{
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_PLAIN, "ReportToken", &message);
    if (call == NULL)
        return;
    token_may_be_new(token);
    int r = sd_bus_message_append(message, "su", get_token_uri(token), event);
    if (r >= 0)
        r = with != 0 ? sd_bus_message_append(message, "a{sv}", 3, "slot-description", "s",
                                              "reader", "token-flags", "t", UINT64_MAX - with,
                                              "hardware", with > 1 ? "b" : "u", 1)
                      : sd_bus_message_append(message, "a{sv}", 0);
    finish(call, message, r);
}

void
socket_peer_register(SocketPeer *peer)
{
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_PLAIN, "RegisterPrompter", &message);
    if (call != NULL)
        finish(call, message, 0);
}

void
socket_peer_answer(SocketPeer *peer, const char *member, PeerPage page, unsigned which)
{
    sd_bus_message *message;
    char pin[PIN + 1];
    char new_pin[PIN + 1];
    PeerCall *call = begin(peer, CALL_PLAIN, member, &message);
    if (call == NULL)
        return;
    /* What is longest is token 0's; see above. */
    if (page == PEER_PAGE_LONGEST && peer->request_token != 0)
        page = PEER_PAGE_GOOD;
    format_pin(pin, peer->request_token, which);
    format_pin(new_pin, peer->request_token, which + 1);
    int r = sd_bus_message_append(message, "t", peer->request);
    if (r >= 0 && strcmp(member, "AnswerPin") == 0)
        r = append_page(message, page, pin, &call->page);
    if (r >= 0 && strcmp(member, "AnswerChange") == 0) {
        r = sd_bus_message_open_container(message, 'a', "h");
        if (r >= 0 && which % 2 == 0)
            r = append_page(message, page, pin, &call->page);
        if (r >= 0)
            r = sd_bus_message_close_container(message);
        if (r >= 0)
            r = append_page(message, PEER_PAGE_GOOD, new_pin, &call->new_page);
    }
    finish(call, message, r);
}

void
socket_peer_answer_consent(SocketPeer *peer, unsigned decision)
{
    static const char *const decisions[] = {"once",  "session", "always", "never",
                                            "maybe", "",        "once",   "session"};
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_PLAIN, "AnswerConsent", &message);
    if (call != NULL)
        finish(call, message,
               sd_bus_message_append(message, "ts", peer->request, decisions[decision % 8]));
}

void
socket_peer_write_board(SocketPeer *peer, unsigned entry, uint32_t count)
{
    off_t at =
        (off_t)(offsetof(PfSessionBoard, sessions) + entry % PF_STATE_ENTRIES * sizeof count);
    if (peer->board >= 0 && pwrite(peer->board, &count, sizeof count, at) < 0)
        abort();
}

void
socket_peer_end_on_board(SocketPeer *peer, unsigned entry)
{
    uint64_t lease = granted > 0 ? leases[(granted - 1) % LEASES].id : 0;
    off_t at =
        (off_t)(offsetof(PfSessionBoard, ended_lease) + entry % PF_STATE_ENTRIES * sizeof lease);
    for (unsigned token = 0; token < SOCKET_PEER_TOKENS; token++)
        token_may_be_new(token);
    if (peer->board >= 0 && pwrite(peer->board, &lease, sizeof lease, at) < 0)
        abort();
}

void
socket_peer_call_any(SocketPeer *peer, const char *member, const char *types, uint8_t fill)
{
    sd_bus_message *message;
    PeerCall *call = begin(peer, CALL_WAITS, member, &message);
    int r = 0;
    if (call == NULL)
        return;
    for (; r >= 0 && *types != '\0'; types++) {
        uint64_t number = UINT64_C(0x0101010101010101) * fill;
        const char *text = get_token_uri(fill);
        if (*types == 's')
            r = sd_bus_message_append_basic(message, 's', text);
        else if (*types == 'h')
            r = sd_bus_message_append(message, "h", peer->fd);
        else if (*types == 'b')
            r = sd_bus_message_append(message, "b", fill & 1);
        else
            r = sd_bus_message_append_basic(message, *types, &number);
    }
    finish(call, message, r);
}

void
socket_peer_write_raw(SocketPeer *peer, const uint8_t *data, size_t size)
{
    if (peer->is_over || size == 0)
        return;
    peer->is_garbled = true;
    if (send(peer->fd, data, size, MSG_NOSIGNAL) < 0)
        peer->is_over = true;
}
