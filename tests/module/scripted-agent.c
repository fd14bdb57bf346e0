/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* An agent that does what a test says: what other processes and the person do is a line on standard
 * input, answered by one line. It speaks Cache1 on the private socket, to the module itself.
 *
 * All processes share one state page and are let into everything: rights are the real agent's. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "bare-bus.h"
#include "life-page.h"
#include "pin-page.h"
#include "state-page.h"
#include "token-id.h"
#include "wire-names.h"

#define PEERS_MAX   32
#define METHODS_MAX 24
#define USES_SIZE   8192u

typedef struct {
    char token[PF_TOKEN_URI_SIZE];
    uint64_t app_id;
    int explicit_id;
    char pin[64];
} Entry;

typedef struct {
    char name[32];
    char error[64]; /* empty: it works */
    bool holds;     /* the next call is not answered before the test says so */
    unsigned calls;
} Method;

static Entry entries[PF_STATE_ENTRIES];
static unsigned entry_count;
static Method methods[METHODS_MAX];
static PfStatePage *page;
static PfLifePage *life;
static int page_fd;
static int life_fd;
static int boards[PEERS_MAX];
static unsigned board_count;
static sd_bus *buses[PEERS_MAX];
static unsigned bus_count;
static uint64_t last_serial;
static uint64_t last_lease;
static sd_bus_message *held;
static int are_for_signatures; /* the answer to ReportKeys */
static char uses[USES_SIZE];   /* what TakePin and NoteUse said since they were asked for */
static PfPinPage lent = {.fd = -1};

/* The script's answer to a method, and how often it was called. */
static Method *
find_method(const char *name)
{
    unsigned i = 0;
    while (i < METHODS_MAX - 1 && methods[i].name[0] != '\0' && strcmp(methods[i].name, name) != 0)
        i++;
    snprintf(methods[i].name, sizeof methods[i].name, "%s", name);
    return &methods[i];
}

static void
set_state(unsigned entry, PfLoginState state)
{
    uint64_t before = atomic_load(&page->entries[entry].login);
    bool is_same = pf_state_login_state(before) != PF_LOGIN_PUBLIC && state != PF_LOGIN_PUBLIC;
    uint64_t serial = is_same ? pf_state_login_serial(before) : ++last_serial;
    atomic_store(&page->entries[entry].login, pf_state_login_pack(state, serial));
    atomic_fetch_add(&page->generation, 1);
}

static void
close_entry(unsigned entry)
{
    atomic_fetch_add(&page->entries[entry].closings, 1);
    set_state(entry, PF_LOGIN_PUBLIC);
}

/* Reads the domain of a call; the entry, made if need be. */
static int
read_entry(sd_bus_message *message, unsigned *ret_entry)
{
    const char *token;
    uint64_t app_id;
    int explicit_id;
    unsigned i = 0;
    int r = sd_bus_message_read(message, "stb", &token, &app_id, &explicit_id);
    if (r < 0)
        return r;
    while (i < entry_count &&
           (strcmp(entries[i].token, token) != 0 || entries[i].app_id != app_id ||
            entries[i].explicit_id != explicit_id))
        i++;
    if (i == PF_STATE_ENTRIES)
        return -ENOSPC;
    if (i == entry_count)
        entries[entry_count++].app_id = app_id;
    snprintf(entries[i].token, sizeof entries[i].token, "%s", token);
    entries[i].explicit_id = explicit_id;
    *ret_entry = i;
    return 0;
}

static int
answer_hello(sd_bus_message *message)
{
    int board = pf_session_board_create();
    boards[board_count++ % PEERS_MAX] = board;
    return sd_bus_reply_method_return(message, "tthhh", UINT64_C(1), UINT64_C(77), page_fd, board,
                                      life_fd);
}

static int
answer_store(sd_bus_message *message, unsigned entry)
{
    int fd;
    PfSecret *pin = NULL;
    int r = sd_bus_message_read(message, "h", &fd);
    if (r >= 0)
        r = pf_pin_page_receive(fd, &pin);
    if (r < 0)
        return r;
    snprintf(entries[entry].pin, sizeof entries[entry].pin, "%.*s", (int)pf_secret_get_length(pin),
             (const char *)pf_secret_get_bytes(pin));
    pf_secret_free(pin);
    set_state(entry, PF_LOGIN_USER);
    return sd_bus_reply_method_return(message, "");
}

static int
answer_lease(sd_bus_message *message, unsigned entry, bool is_prompt)
{
    const char *pin = entries[entry].pin;
    pf_pin_page_wipe(&lent);
    int r = pf_pin_page_create(&lent, pin, strlen(pin));
    if (r < 0)
        return r;
    last_lease++;
    return is_prompt ? sd_bus_reply_method_return(message, "thb", last_lease, lent.fd, 0)
                     : sd_bus_reply_method_return(message, "th", last_lease, lent.fd);
}

static int
answer_take(sd_bus_message *message, unsigned entry)
{
    switch (pf_state_login_state(atomic_load(&page->entries[entry].login))) {
    case PF_LOGIN_USER:
        return answer_lease(message, entry, false);
    case PF_LOGIN_ASLEEP:
        return sd_bus_reply_method_errorf(message, PF_WIRE_ERROR_ASLEEP, "asleep");
    default:
        return sd_bus_reply_method_errorf(message, PF_WIRE_ERROR_NOT_LOGGED_IN, "public");
    }
}

/* NAME:OPERATION:LABEL, spaces as "_". */
static int
note_use(sd_bus_message *message, const char *name)
{
    const char *operation;
    const char *label;
    size_t length = strlen(uses);
    int r = sd_bus_message_read(message, "ss", &operation, &label);
    if (r < 0)
        return r;
    snprintf(uses + length, sizeof uses - length, " %s:%s:%s", name, operation, label);
    /* Not the blank between two; when there is no more room, there is none. */
    for (char *c = uses + length + (uses[length] != '\0'); *c != '\0'; c++) {
        if (*c == ' ' || *c == '\n')
            *c = '_';
    }
    return 0;
}

/* What a call does that is not told to fail. */
static int
answer_on_entry(sd_bus_message *message, const char *member)
{
    unsigned entry;
    int r = read_entry(message, &entry);
    if (r < 0)
        return r;
    if (strcmp(member, "SessionsChanged") == 0)
        return sd_bus_reply_method_return(message, "u", entry);
    if (strcmp(member, "StoreLogin") == 0)
        return answer_store(message, entry);
    if (strcmp(member, "ReportKeys") == 0)
        return sd_bus_reply_method_return(message, "b", are_for_signatures);
    bool is_take = strcmp(member, "TakePin") == 0;
    if (is_take || strcmp(member, "NoteUse") == 0)
        r = note_use(message, is_take ? "take" : "note");
    if (r < 0)
        return r;
    if (is_take)
        return answer_take(message, entry);
    if (strcmp(member, "Prompt") == 0)
        return answer_lease(message, entry, true);
    if (strcmp(member, "Logout") == 0)
        set_state(entry, PF_LOGIN_PUBLIC);
    return sd_bus_reply_method_return(message, "");
}

static int
answer_close_id(sd_bus_message *message)
{
    const char *token;
    uint64_t app_id;
    int r = sd_bus_message_read(message, "st", &token, &app_id);
    for (unsigned i = 0; r >= 0 && i < entry_count; i++) {
        if (entries[i].app_id == app_id && strcmp(entries[i].token, token) == 0)
            close_entry(i);
    }
    return r < 0 ? r : sd_bus_reply_method_return(message, "");
}

/* Of a prompt whose answer is that the person let the program in: it is, when this is sent. */
static int
answer_error(sd_bus_message *message, const Method *method)
{
    unsigned entry;
    if (strcmp(method->error, PF_WIRE_ERROR_LOGGED_IN) == 0 && read_entry(message, &entry) >= 0)
        set_state(entry, PF_LOGIN_USER);
    return sd_bus_reply_method_errorf(message, method->error, "as the test says");
}

static int
answer(sd_bus_message *message)
{
    const char *member = sd_bus_message_get_member(message);
    const Method *method = find_method(member);
    if (method->error[0] != '\0')
        return answer_error(message, method);
    if (strcmp(member, "Hello") == 0)
        return answer_hello(message);
    if (strcmp(member, "EndLease") == 0)
        return sd_bus_reply_method_return(message, "b", 1);
    if (strcmp(member, "CloseId") == 0)
        return answer_close_id(message);
    if (strcmp(member, "OpenId") == 0 || strcmp(member, "ReportToken") == 0)
        return sd_bus_reply_method_return(message, "");
    return answer_on_entry(message, member);
}

static int
on_message(sd_bus_message *message, void *userdata, sd_bus_error *ret_error)
{
    if (!sd_bus_message_is_method_call(message, PF_WIRE_CACHE_INTERFACE, NULL))
        return 0;
    Method *method = find_method(sd_bus_message_get_member(message));
    method->calls++;
    if (!method->holds)
        return answer(message);
    method->holds = false;
    held = sd_bus_message_ref(message);
    return 1;
}

static void
release_held(void)
{
    answer(held);
    held = sd_bus_message_unref(held);
}

/* As the agent does twice a second while an answer is still to come. */
static void
say_waiting(void)
{
    if (sd_bus_emit_signal(sd_bus_message_get_bus(held), PF_WIRE_CACHE_PATH,
                           PF_WIRE_CACHE_INTERFACE, "Waiting", NULL) < 0)
        abort();
}

static void
accept_peer(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 || bus_count == PEERS_MAX)
        abort();
    sd_bus *bus = pf_bare_bus_new_server(fd);
    if (sd_bus_add_filter(bus, NULL, on_message, NULL) < 0)
        abort();
    pf_bare_bus_start(bus);
    buses[bus_count++] = bus;
}

static unsigned
sum_boards(unsigned entry, uint32_t (*read)(int fd, unsigned entry))
{
    unsigned sum = 0;
    for (unsigned i = 0; i < board_count && i < PEERS_MAX; i++)
        sum += read(boards[i], entry);
    return sum;
}

static void
set_state_by_name(unsigned entry, const char *name)
{
    static const char *const names[] = {"public", "user", "asleep", "officer"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0)
            set_state(entry, (PfLoginState)i);
    }
}

static void
list_entries(void)
{
    printf("ok");
    for (unsigned i = 0; i < entry_count; i++)
        printf(" %" PRIu64 "%s", entries[i].app_id, entries[i].explicit_id ? "" : "*");
    puts("");
}

/* How often each method was called, and none of which is on its way. */
static void
list_calls(void)
{
    printf("ok");
    for (unsigned i = 0; i < METHODS_MAX && methods[i].name[0] != '\0'; i++)
        printf(" %s=%u", methods[i].name, methods[i].calls);
    puts("");
}

static void process(void);

/* One line of the test's. */
static void
run_line(char *line)
{
    char *words[4] = {0};
    for (int i = 0; i < 4; i++)
        words[i] = strtok(i == 0 ? line : NULL, " \n");
    unsigned entry = words[1] != NULL ? (unsigned)atoi(words[1]) : 0;
    if (words[0] == NULL)
        return;
    if (strcmp(words[0], "entries") == 0) {
        list_entries();
        return;
    }
    if (strcmp(words[0], "all-calls") == 0) {
        process();
        list_calls();
        return;
    }
    if (strcmp(words[0], "calls") == 0) {
        printf("ok %u\n", find_method(words[1])->calls);
        return;
    }
    if (strcmp(words[0], "uses") == 0) {
        printf("ok%s\n", uses);
        uses[0] = '\0';
        return;
    }
    if (strcmp(words[0], "board") == 0) {
        printf("ok %u %u\n", sum_boards(entry, pf_session_board_read),
               sum_boards(entry, pf_session_board_read_read_only));
        return;
    }
    if (strcmp(words[0], "answer") == 0)
        snprintf(find_method(words[1])->error, sizeof methods->error, "%s%s",
                 words[2] != NULL ? "org.pinfold.Error." : "", words[2] != NULL ? words[2] : "");
    else if (strcmp(words[0], "hold") == 0)
        find_method(words[1])->holds = true;
    else if (strcmp(words[0], "keys") == 0)
        are_for_signatures = atoi(words[1]);
    else if (strcmp(words[0], "release") == 0)
        release_held();
    else if (strcmp(words[0], "waiting") == 0)
        say_waiting();
    else if (strcmp(words[0], "state") == 0)
        set_state_by_name(entry, words[2]);
    else if (strcmp(words[0], "pin") == 0)
        snprintf(entries[entry].pin, sizeof entries[entry].pin, "%s", words[2]);
    else if (strcmp(words[0], "linger") == 0)
        atomic_store(&page->release_delay_ms, (uint32_t)atoi(words[1]));
    else if (strcmp(words[0], "close-id") == 0)
        close_entry(entry);
    else if (strcmp(words[0], "changed") == 0)
        atomic_fetch_add(&page->entries[entry].token_changes, 1);
    puts("ok");
}

static void
process(void)
{
    for (unsigned i = 0; i < bus_count; i++) {
        int r;
        while ((r = sd_bus_process(buses[i], NULL)) > 0)
            continue;
        if (r < 0) {
            sd_bus_close_unref(buses[i]);
            buses[i] = buses[--bus_count];
            i--;
        }
    }
}

static int
listen_on_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[sizeof address.sun_path - 8];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(folder, sizeof folder, "%s/pinfold", getenv("XDG_RUNTIME_DIR"));
    mkdir(folder, 0700);
    snprintf(address.sun_path, sizeof address.sun_path, "%s/agent", folder);
    unlink(address.sun_path); /* of the agent before */
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 64) < 0)
        abort();
    return fd;
}

/* "protected" as argument: programs are told that the PIN comes from a dialog. */
int
main(int argc, char **argv)
{
    char line[256];
    page_fd = pf_state_page_create(&page);
    life_fd = pf_life_page_create(&life);
    if (page_fd < 0 || life_fd < 0)
        abort();
    atomic_store(&page->policy, PF_POLICY_CACHE | (argc > 1 ? PF_POLICY_PROTECTED_PATH : 0));
    struct pollfd fds[PEERS_MAX + 2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                        {.fd = listen_on_socket(), .events = POLLIN}};
    puts("ok");
    for (;;) {
        fflush(stdout);
        process();
        for (unsigned i = 0; i < bus_count; i++)
            fds[i + 2] = (struct pollfd){.fd = sd_bus_get_fd(buses[i]),
                                         .events = (short)sd_bus_get_events(buses[i])};
        if (poll(fds, bus_count + 2, -1) < 0)
            abort();
        if (fds[1].revents != 0)
            accept_peer(fds[1].fd);
        /* One line at a time; standard input is not buffered, or poll() would miss what is. */
        if (fds[0].revents != 0 && fgets(line, sizeof line, stdin) == NULL)
            break;
        if (fds[0].revents != 0)
            run_line(line);
    }
    pf_life_page_end(life);
    return 0;
}
