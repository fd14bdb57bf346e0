/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Fuzzes the private socket with calls: several processes, a prompter, time, and a person's
 * settings.
 *
 * The input is text: a letter is an operation, the characters behind it are its arguments, of which
 * the lower four bits count, so that digits are what they look like. The agent works after an
 * operation in capitals; small letters leave it for later. What is no letter does nothing. */
#include "agent-place.h"
#include "fuzz.h"
#include "socket-peer.h"

#define PEERS          8u
#define OPERATIONS_MAX 400u
#define ROUNDS_MAX     4000u

static SocketPeer *peers[PEERS];

/* Until nobody has anything to do. A round in which all rest may be one of between. */
static void
settle(void)
{
    unsigned quiet = 0;
    for (unsigned round = 0; quiet < 3; round++) {
        bool moved = agent_place_turn();
        FUZZ_CHECK(round < ROUNDS_MAX);
        for (unsigned i = 0; i < PEERS; i++) {
            if (peers[i] != NULL)
                moved |= socket_peer_turn(peers[i]);
        }
        quiet = moved ? 0 : quiet + 1;
    }
}

static unsigned
take_number(FuzzBytes *bytes)
{
    return fuzz_bytes_take(bytes) & 15u;
}

/* The peer that an operation is about; the first operation of each connects it. */
static SocketPeer *
take_peer(FuzzBytes *bytes)
{
    unsigned i = take_number(bytes) % PEERS;
    /* Two of a process, one of each of the others. */
    if (peers[i] == NULL)
        peers[i] = socket_peer_new(i < AGENT_PLACE_PROCESSES ? i : 0);
    return peers[i];
}

static PeerDomain
take_domain(FuzzBytes *bytes)
{
    unsigned token = take_number(bytes);
    unsigned id = take_number(bytes);
    return (PeerDomain){.token = token, .app_id = id};
}

static void
close_peer(FuzzBytes *bytes)
{
    unsigned i = take_number(bytes) % PEERS;
    if (peers[i] != NULL)
        socket_peer_free(peers[i]);
    peers[i] = NULL;
}

static void
change_setting(unsigned which)
{
    static const char *const settings[][2] = {
        {"cache-mode", "process"},      {"cache-mode", "off"},
        {"cache-mode", "shared"},       {"sharing", "ask"},
        {"sharing", "same-program"},    {"sharing", "allow"},
        {"confirm-signatures", "true"}, {"confirm-signatures", "false"},
    };
    agent_place_set(settings[which % 8][0], settings[which % 8][1]);
}

static const char *const members[16] = {
    "Hello",         "SessionsChanged",  "StoreLogin", "TakePin",
    "Prompt",        "PromptChange",     "EndLease",   "Logout",
    "ReportToken",   "RegisterPrompter", "AnswerPin",  "AnswerChange",
    "AnswerConfirm", "CancelPrompt",     "OpenId",     "AnswerConsent",
};

static const char *const signatures[16] = {
    "",    "u",  "s", "t",     "stb",      "stbu", "stbht", "stbt",
    "tut", "th", "h", "stbss", "tttttttt", "hhh",  "yd",    "og",
};

static void
call_any(FuzzBytes *bytes)
{
    SocketPeer *peer = take_peer(bytes);
    const char *member = members[take_number(bytes)];
    const char *types = signatures[take_number(bytes)];
    socket_peer_call_any(peer, member, types, fuzz_bytes_take(bytes));
}

static void
write_raw(FuzzBytes *bytes)
{
    uint8_t raw[16];
    SocketPeer *peer = take_peer(bytes);
    unsigned size = take_number(bytes);
    fuzz_bytes_fill(bytes, raw, size);
    socket_peer_write_raw(peer, raw, size);
}

static void
answer(FuzzBytes *bytes, const char *member)
{
    SocketPeer *peer = take_peer(bytes);
    unsigned page = take_number(bytes);
    socket_peer_answer(peer, member, (PeerPage)(page & 7), take_number(bytes));
}

static void
call_new_domain_method(FuzzBytes *bytes)
{
    static const char *const names[] = {"OpenId", "CloseId", "BeginOfficer", "EndOfficer"};
    SocketPeer *peer = take_peer(bytes);
    PeerDomain domain = take_domain(bytes);
    unsigned which = take_number(bytes) % 5;
    if (which == 4)
        socket_peer_note_use(peer, domain);
    else
        socket_peer_call_domain(peer, names[which], domain, which >= 2);
}

/* Calls of the module. Arguments are read in the order of the letters' comments. */
static bool
run_client_operation(char letter, FuzzBytes *bytes)
{
    SocketPeer *peer;
    PeerDomain domain;
    unsigned a;
    switch (letter) {
    case 'H': /* peer, protocol */
        peer = take_peer(bytes);
        socket_peer_hello(peer, take_number(bytes));
        return true;
    case 'S': /* peer, token, ID, count */
        peer = take_peer(bytes);
        domain = take_domain(bytes);
        socket_peer_sessions(peer, domain, take_number(bytes));
        return true;
    case 'L': /* peer, token, ID, page, PIN, flags */
        peer = take_peer(bytes);
        domain = take_domain(bytes);
        a = take_number(bytes) & 7;
        uint8_t pin = fuzz_bytes_take(bytes);
        socket_peer_store(peer, domain, (PeerPage)a, pin, (uint64_t)take_number(bytes) << 16);
        return true;
    case 'T': /* peer, token, ID */
        peer = take_peer(bytes);
        socket_peer_take(peer, take_domain(bytes));
        return true;
    case 'P': /* peer, token, ID, purpose, details */
    case 'G':
        peer = take_peer(bytes);
        domain = take_domain(bytes);
        a = take_number(bytes);
        socket_peer_prompt(peer, domain, letter == 'G', a, fuzz_bytes_take(bytes));
        return true;
    case 'E': /* peer, lease, result, flags */
        peer = take_peer(bytes);
        a = take_number(bytes);
        uint32_t result = take_number(bytes);
        socket_peer_end_lease(peer, a, result, (uint64_t)take_number(bytes) << 16);
        return true;
    case 'O': /* peer, token, ID */
        peer = take_peer(bytes);
        socket_peer_call_domain(peer, "Logout", take_domain(bytes), true);
        return true;
    case 'R': /* peer, token, event, info */
        peer = take_peer(bytes);
        a = take_number(bytes);
        uint32_t event = take_number(bytes);
        socket_peer_report(peer, a, event, take_number(bytes) & 3);
        return true;
    default:
        return false;
    }
}

/* The prompter, the person, time, and what no client should do. */
static void
run_other_operation(char letter, FuzzBytes *bytes)
{
    static const unsigned spans[] = {1, 3, 6, 31, 61, 181, 0, 0};
    SocketPeer *peer;
    unsigned a;
    switch (letter) {
    case 'Q': /* peer */
        socket_peer_register(take_peer(bytes));
        break;
    case 'A': /* peer, page, PIN */
        answer(bytes, "AnswerPin");
        break;
    case 'V':
        answer(bytes, "AnswerChange");
        break;
    case 'N':
        answer(bytes, "AnswerConfirm");
        break;
    case 'D':
        answer(bytes, "CancelPrompt");
        break;
    case 'J': /* peer, decision */
        peer = take_peer(bytes);
        socket_peer_answer_consent(peer, take_number(bytes));
        break;
    case 'B': /* peer, entry, count */
        peer = take_peer(bytes);
        a = take_number(bytes);
        socket_peer_write_board(peer, a, take_number(bytes));
        break;
    case 'C': /* peer, entry: its lease has ended */
        peer = take_peer(bytes);
        socket_peer_end_on_board(peer, take_number(bytes));
        break;
    case 'I': /* peer, token, ID, method */
        call_new_domain_method(bytes);
        break;
    case 'K': /* span */
        agent_place_wait(spans[take_number(bytes) & 7]);
        break;
    case 'M': /* setting */
        change_setting(take_number(bytes));
        break;
    case 'F':
        agent_place_forget();
        break;
    case 'Y': /* token */
        socket_peer_remove_token(take_number(bytes));
        break;
    case 'Z': /* peer, whether it reads */
        peer = take_peer(bytes);
        socket_peer_set_reading(peer, (take_number(bytes) & 1) != 0);
        break;
    case 'U': /* peer, member, signature, fill */
        call_any(bytes);
        break;
    case 'W': /* peer, size, bytes */
        write_raw(bytes);
        break;
    case 'X': /* peer */
        close_peer(bytes);
        break;
    default:
        break;
    }
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    agent_place_init();
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzBytes bytes = {data, data + size};
    agent_place_begin();
    socket_peer_reset();
    for (unsigned i = 0; i < OPERATIONS_MAX && bytes.at < bytes.end; i++) {
        uint8_t byte = fuzz_bytes_take(&bytes);
        char letter = (char)(byte & ~32);
        if (letter < 'A' || letter > 'Z')
            continue;
        if (!run_client_operation(letter, &bytes))
            run_other_operation(letter, &bytes);
        if ((byte & 32) == 0)
            settle();
    }
    settle();
    for (unsigned i = 0; i < PEERS; i++) {
        if (peers[i] == NULL)
            continue;
        socket_peer_check_answered(peers[i]);
        socket_peer_free(peers[i]);
        peers[i] = NULL;
    }
    agent_place_end();
    return 0;
}
