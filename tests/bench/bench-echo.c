/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBenchEcho: a server with nothing to decide, and the two ways to ask it. */
#include "bench-echo.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bare-bus.h"

#define PATH      "/org/pinfold/Echo"
#define INTERFACE "org.pinfold.Echo"
#define QUESTION  256u

static int answer_fd;

static int
handle_echo(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
    const char *token;
    const char *operation;
    const char *label;
    uint64_t id;
    int is_explicit;
    int r = sd_bus_message_read(message, "stbss", &token, &id, &is_explicit, &operation, &label);
    return r < 0 ? r : sd_bus_reply_method_return(message, "th", id, answer_fd);
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Echo", "stbss", "th", handle_echo, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

static sd_bus *
new_server(int fd)
{
    sd_bus *bus = pf_bare_bus_new_server(fd);
    if (sd_bus_add_object_vtable(bus, NULL, PATH, INTERFACE, vtable, NULL) < 0)
        abort();
    pf_bare_bus_start(bus);
    return bus;
}

/* Room for one descriptor. */
typedef union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
} Control;

static bool
send_with_fd(int socket, const void *bytes, size_t size, int fd)
{
    Control control = {0};
    struct iovec part = {(void *)bytes, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)size;
}

/* As many bytes as there are, and the descriptor with them, if any, which is closed. */
static bool
receive(int socket)
{
    char bytes[QUESTION];
    Control control = {0};
    struct iovec part = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) <= 0)
        return false;
    if (CMSG_FIRSTHDR(&message) != NULL) {
        int fd;
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
        close(fd);
    }
    return true;
}

static _Noreturn void
serve(const int sockets[PF_BENCH_ECHO_CLIENTS], const int buses[PF_BENCH_ECHO_CLIENTS])
{
    struct pollfd waits[2 * PF_BENCH_ECHO_CLIENTS];
    sd_bus *servers[PF_BENCH_ECHO_CLIENTS];
    for (size_t i = 0; i < PF_BENCH_ECHO_CLIENTS; i++) {
        servers[i] = new_server(buses[i]);
        waits[2 * i] = (struct pollfd){.fd = sockets[i], .events = POLLIN};
        waits[2 * i + 1] = (struct pollfd){.fd = buses[i], .events = POLLIN};
    }
    while (poll(waits, sizeof waits / sizeof *waits, -1) > 0) {
        for (size_t i = 0; i < PF_BENCH_ECHO_CLIENTS; i++) {
            if (waits[2 * i].revents != 0 &&
                (!receive(sockets[i]) || !send_with_fd(sockets[i], "answer", 6, answer_fd)))
                _exit(0);
            while (waits[2 * i + 1].revents != 0 && sd_bus_process(servers[i], NULL) > 0)
                ;
            waits[2 * i + 1].events = (short)sd_bus_get_events(servers[i]);
        }
    }
    _exit(1);
}

void
pf_bench_echo_start(PfBenchEcho clients[PF_BENCH_ECHO_CLIENTS])
{
    int sockets[PF_BENCH_ECHO_CLIENTS];
    int buses[PF_BENCH_ECHO_CLIENTS];
    answer_fd = memfd_create("answer", MFD_CLOEXEC);
    if (answer_fd < 0)
        abort();
    for (int i = 0; i < PF_BENCH_ECHO_CLIENTS; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
            abort();
        sockets[i] = pair[0];
        clients[i].socket = pair[1];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
            abort();
        buses[i] = pair[0];
        clients[i].bus_socket = pair[1];
    }
    pid_t server = fork();
    if (server < 0)
        abort();
    if (server == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < PF_BENCH_ECHO_CLIENTS; i++) {
        close(server == 0 ? clients[i].socket : sockets[i]);
        close(server == 0 ? clients[i].bus_socket : buses[i]);
    }
    if (server == 0)
        serve(sockets, buses);
}

void
pf_bench_echo_open(PfBenchEcho *client)
{
    client->bus = pf_bare_bus_new(client->bus_socket);
    pf_bare_bus_start(client->bus);
}

bool
pf_bench_echo_ask_socket(PfBenchEcho *client, const char *token)
{
    char question[QUESTION] = "";
    strncpy(question, token, sizeof question - 1);
    return send_with_fd(client->socket, question, sizeof question, -1) && receive(client->socket);
}

bool
pf_bench_echo_ask_bus(PfBenchEcho *client, const char *token)
{
    sd_bus_message *reply = NULL;
    uint64_t id;
    int fd;
    int r = sd_bus_call_method(client->bus, NULL, PATH, INTERFACE, "Echo", NULL, &reply, "stbss",
                               token, UINT64_C(1), 1, "sign", "key");
    if (r >= 0)
        r = sd_bus_message_read(reply, "th", &id, &fd);
    sd_bus_message_unref(reply);
    return r >= 0;
}
