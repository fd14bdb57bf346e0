/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the client's end says to the agent: calls that are right, and others. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "socket-peer-private.h"
#include "state-page.h"
#include "wire-names.h"

#define PAGE 4096u

void
socket_peer_hello(SocketPeer *peer, uint32_t protocol)
{
    sd_bus_message *message;
    PeerCall *call = socket_peer_begin(peer, CALL_HELLO, "Hello", &message);
    if (call != NULL)
        socket_peer_finish(call, message, sd_bus_message_append(message, "u", protocol));
}

void
socket_peer_sessions(SocketPeer *peer, PeerDomain domain, uint32_t count)
{
    sd_bus_message *message;
    PeerCall *call = socket_peer_begin(peer, CALL_PLAIN, "SessionsChanged", &message);
    if (call == NULL)
        return;
    int r = socket_peer_append_domain(call, message, domain);
    socket_peer_finish(call, message, r < 0 ? r : sd_bus_message_append(message, "u", count));
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
    char pin[SOCKET_PEER_PIN + 1];
    PeerCall *call = socket_peer_begin(peer, CALL_PLAIN, "StoreLogin", &message);
    if (call == NULL)
        return;
    /* The longest PIN is token 0's: it names no other. */
    if (page == PEER_PAGE_LONGEST)
        domain.token = 0;
    socket_peer_format_pin(pin, domain.token, which);
    socket_peer_note_new_pin(domain.token);
    int r = socket_peer_append_domain(call, message, domain);
    if (r >= 0)
        r = append_page(message, page, pin, &call->page);
    socket_peer_finish(call, message, r < 0 ? r : sd_bus_message_append(message, "t", flags));
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
    PeerCall *call = socket_peer_begin(peer, CALL_PLAIN, "NoteUse", &message);
    if (call == NULL)
        return;
    int r = socket_peer_append_domain(call, message, domain);
    socket_peer_finish(call, message, r < 0 ? r : append_use(message, domain));
}

void
socket_peer_take(SocketPeer *peer, PeerDomain domain)
{
    sd_bus_message *message;
    PeerCall *call = socket_peer_begin(peer, CALL_WAITS, "TakePin", &message);
    if (call == NULL)
        return;
    call->types = "th";
    int r = socket_peer_append_domain(call, message, domain);
    socket_peer_finish(call, message, r < 0 ? r : append_use(message, domain));
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
    PeerCall *call =
        socket_peer_begin(peer, CALL_WAITS, is_change ? "PromptChange" : "Prompt", &message);
    uint64_t previous = (with & 8) != 0 ? socket_peer_get_last_lease(with >> 4) : with >> 4;
    if (call == NULL)
        return;
    call->types = is_change ? "tahh" : "thb";
    int r = socket_peer_append_domain(call, message, domain);
    if (r >= 0)
        r = sd_bus_message_append(message, "t", previous);
    socket_peer_finish(call, message,
                       r < 0 ? r : append_prompt_details(message, purposes[purpose % 8], with));
}

void
socket_peer_call_domain(SocketPeer *peer, const char *member, PeerDomain domain, bool has_explicit)
{
    sd_bus_message *message;
    PeerCall *call = socket_peer_begin(peer, CALL_PLAIN, member, &message);
    if (call == NULL)
        return;
    socket_peer_finish(call, message,
                       has_explicit ? socket_peer_append_domain(call, message, domain)
                                    : sd_bus_message_append(message, "st",
                                                            socket_peer_get_token_uri(domain.token),
                                                            domain.app_id));
}

void
socket_peer_report(SocketPeer *peer, unsigned token, uint32_t event, unsigned with)
{
    sd_bus_message *message;
    PeerCall *call = socket_peer_begin(peer, CALL_PLAIN, "ReportToken", &message);
    if (call == NULL)
        return;
    socket_peer_note_new_pin(token);
    int r = sd_bus_message_append(message, "su", socket_peer_get_token_uri(token), event);
    if (r >= 0)
        r = with != 0 ? sd_bus_message_append(message, "a{sv}", 3, "slot-description", "s",
                                              "reader", "token-flags", "t", UINT64_MAX - with,
                                              "hardware", with > 1 ? "b" : "u", 1)
                      : sd_bus_message_append(message, "a{sv}", 0);
    socket_peer_finish(call, message, r);
}

void
socket_peer_register(SocketPeer *peer)
{
    sd_bus_message *message;
    PeerCall *call = socket_peer_begin(peer, CALL_PLAIN, "RegisterPrompter", &message);
    if (call != NULL)
        socket_peer_finish(call, message, 0);
}

void
socket_peer_answer(SocketPeer *peer, const char *member, PeerPage page, unsigned which)
{
    sd_bus_message *message;
    char pin[SOCKET_PEER_PIN + 1];
    char new_pin[SOCKET_PEER_PIN + 1];
    PeerCall *call = socket_peer_begin(peer, CALL_PLAIN, member, &message);
    if (call == NULL)
        return;
    /* What is longest is token 0's; see above. */
    if (page == PEER_PAGE_LONGEST && peer->request_token != 0)
        page = PEER_PAGE_GOOD;
    socket_peer_format_pin(pin, peer->request_token, which);
    socket_peer_format_pin(new_pin, peer->request_token, which + 1);
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
    socket_peer_finish(call, message, r);
}

void
socket_peer_answer_consent(SocketPeer *peer, unsigned decision)
{
    static const char *const decisions[] = {"once",  "session", "always", "never",
                                            "maybe", "",        "once",   "session"};
    sd_bus_message *message;
    PeerCall *call = socket_peer_begin(peer, CALL_PLAIN, "AnswerConsent", &message);
    if (call != NULL)
        socket_peer_finish(call, message,
                           sd_bus_message_append(message, "ts", peer->request,
                                                 decisions[decision % 8]));
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
socket_peer_call_any(SocketPeer *peer, const char *member, const char *types, uint8_t fill)
{
    sd_bus_message *message;
    PeerCall *call = socket_peer_begin(peer, CALL_WAITS, member, &message);
    int r = 0;
    if (call == NULL)
        return;
    for (; r >= 0 && *types != '\0'; types++) {
        uint64_t number = UINT64_C(0x0101010101010101) * fill;
        const char *text = socket_peer_get_token_uri(fill);
        if (*types == 's')
            r = sd_bus_message_append_basic(message, 's', text);
        else if (*types == 'h')
            r = sd_bus_message_append(message, "h", peer->fd);
        else if (*types == 'b')
            r = sd_bus_message_append(message, "b", fill & 1);
        else
            r = sd_bus_message_append_basic(message, *types, &number);
    }
    socket_peer_finish(call, message, r);
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
