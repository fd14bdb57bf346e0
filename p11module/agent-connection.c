/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentConnection: connect with a deadline, call with patience; no thread, no lock. */
#include "agent-connection.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent-patience.h"
#include "sd-bus-table.h"
#include "socket-peer.h"
#include "wire-names.h"

/* A full backlog answers EAGAIN, and nothing tells when it is not full any more. */
#define BACKLOG_RETRY_MS 5

/* An agent that is awake answers in less: until then to sleep, and to be woken from another CPU,
 * would take longer than the answer. Whoever else wants this CPU gets it meanwhile. */
#define WATCH_US UINT64_C(100)

/* The answer that a call waits for. One at a time, so sd-bus's table of them is not needed. */
typedef struct {
    uint64_t cookie; /* of the call */
    sd_bus_message *reply;
} PendingReply;

/* What may lie between two signs of life of an agent that is well: their period, and what a busy
 * machine adds to it. */
#define LONGEST_GAP_US (PF_WIRE_WAITING_PERIOD_MS * UINT64_C(1000) + UINT64_C(750000))
/* While other programs are first, one that is later than this is given up at once: the call has
 * waited for them already. */
#define LATEST_SIGN_US (PF_WIRE_WAITING_PERIOD_MS * UINT64_C(1000) + UINT64_C(1250000))
/* When the patience is used up, by a silence that was longer than it can be. */
#define LAST_GAP_US (PF_WIRE_WAITING_PERIOD_MS * UINT64_C(1000) + UINT64_C(400000))

struct PfAgentConnection {
    sd_bus *bus;
    int fd;
    bool waits_for_person; /* in this call, who may take long */
    bool has_shown_life;   /* the agent has said in this call that somebody is waited for */
    uint64_t last_sign_of_life;
    PendingReply pending;
};

uint64_t
pf_agent_connection_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static int
connect_fd(int fd, const struct sockaddr_un *address, uint64_t deadline)
{
    for (;;) {
        if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
            return 0;
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        if (pf_agent_connection_now() >= deadline)
            return -ETIMEDOUT;
        poll(NULL, 0, BACKLOG_RETRY_MS);
    }
}

/* Returns a connected descriptor with our user's process at its other end, or -errno. */
static int
open_socket(uint64_t deadline)
{
    struct sockaddr_un address;
    pid_t pid;
    int fd = pf_socket_peer_create(&address);
    if (fd < 0)
        return fd;
    int r = connect_fd(fd, &address, deadline);
    if (r == 0)
        r = pf_socket_peer_check(fd, &pid);
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

/* Counts the silence since the last sign of life; IS_OVER: no other one is waited for. While
 * another program has its turn, a silence that is longer than it can be costs the call its
 * patience: else an agent that is halted and let go again and again would take all of it each time.
 */
static void
end_gap(PfAgentConnection *connection, bool is_over)
{
    uint64_t now = pf_agent_connection_now();
    uint64_t gap = now - connection->last_sign_of_life;
    bool was_silent = is_over && !connection->has_shown_life;
    if (was_silent || (!connection->waits_for_person && gap > LONGEST_GAP_US))
        pf_agent_patience_spend(gap);
    connection->last_sign_of_life = now;
}

static int
on_bus_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
    PfAgentConnection *connection = userdata;
    PendingReply *pending = &connection->pending;
    uint64_t cookie;
    if (pf_sd_bus.message_is_signal(message, PF_WIRE_CACHE_INTERFACE, "Waiting") > 0) {
        end_gap(connection, false);
        connection->has_shown_life = true;
    } else if (pending->reply == NULL &&
               pf_sd_bus.message_get_reply_cookie(message, &cookie) >= 0 &&
               cookie == pending->cookie) {
        pending->reply = pf_sd_bus.message_ref(message);
        return 1;
    }
    return 0;
}

/* Takes FD over, also on failure. */
static int
start_bus(PfAgentConnection *connection, int fd)
{
    int r = pf_sd_bus.new(&connection->bus);
    if (r < 0) {
        close(fd);
        return r;
    }
    r = pf_sd_bus.set_fd(connection->bus, fd, fd);
    if (r < 0) {
        close(fd);
        return r;
    }
    connection->fd = fd;
    r = pf_sd_bus.negotiate_fds(connection->bus, true);
    if (r >= 0)
        r = pf_sd_bus.add_filter(connection->bus, NULL, on_bus_message, connection);
    if (r >= 0)
        r = pf_sd_bus.start(connection->bus);
    return r < 0 ? r : 0;
}

int
pf_agent_connection_open(uint64_t deadline, PfAgentConnection **ret_connection)
{
    int fd = open_socket(deadline);
    if (fd < 0)
        return fd;
    PfAgentConnection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        close(fd);
        return -ENOMEM;
    }
    connection->fd = -1;
    int r = start_bus(connection, fd);
    if (r < 0) {
        pf_agent_connection_close(connection);
        return r;
    }
    *ret_connection = connection;
    return 0;
}

void
pf_agent_connection_close(PfAgentConnection *connection)
{
    if (connection == NULL)
        return;
    pf_sd_bus.message_unref(connection->pending.reply);
    pf_sd_bus.close_unref(connection->bus);
    free(connection);
}

int
pf_agent_connection_get_fd(const PfAgentConnection *connection)
{
    return connection->fd;
}

int
pf_agent_connection_new_call(PfAgentConnection *connection, const char *member,
                             sd_bus_message **ret_call)
{
    int r = pf_sd_bus.message_new_method_call(connection->bus, ret_call, NULL, PF_WIRE_CACHE_PATH,
                                              PF_WIRE_CACHE_INTERFACE, member);
    return r < 0 ? r : 0;
}

/* How long the next sign of life may take. */
static uint64_t
get_longest_gap(const PfAgentConnection *connection, uint64_t patience_us)
{
    if (!connection->has_shown_life)
        return patience_us;
    if (connection->waits_for_person)
        return PF_WIRE_SILENCE_LIMIT_S * UINT64_C(1000000);
    uint64_t left = pf_agent_patience_left();
    if (left >= LATEST_SIGN_US)
        return LATEST_SIGN_US;
    return left < LAST_GAP_US ? LAST_GAP_US : left < LONGEST_GAP_US ? left : LONGEST_GAP_US;
}

/* Lets the bus work until the call has its answer. */
static int
pump_until_reply(PfAgentConnection *connection, uint64_t patience_us)
{
    uint64_t watched_until = connection->last_sign_of_life + WATCH_US;
    while (connection->pending.reply == NULL) {
        int r = pf_sd_bus.process(connection->bus, NULL);
        if (r < 0)
            return r;
        if (r > 0)
            continue;
        uint64_t now = pf_agent_connection_now();
        if (now < watched_until) {
            sched_yield();
            continue;
        }
        uint64_t deadline =
            connection->last_sign_of_life + get_longest_gap(connection, patience_us);
        if (now >= deadline)
            return -ETIMEDOUT;
        r = pf_sd_bus.wait(connection->bus, deadline - now);
        if (r < 0 && r != -EINTR)
            return r;
    }
    return pf_sd_bus.is_open(connection->bus) > 0 ? 0 : -ECONNRESET;
}

static int
wait_for_reply(PfAgentConnection *connection, uint64_t patience_us)
{
    connection->last_sign_of_life = pf_agent_connection_now();
    connection->has_shown_life = false;
    int r = pump_until_reply(connection, patience_us);
    end_gap(connection, true);
    return r;
}

int
pf_agent_connection_send(PfAgentConnection *connection, sd_bus_message *call)
{
    connection->pending = (PendingReply){0};
    int r = pf_sd_bus.send(connection->bus, call, &connection->pending.cookie);
    return r < 0 ? r : 0;
}

int
pf_agent_connection_wait(PfAgentConnection *connection, uint64_t patience_us, bool asks_person,
                         sd_bus_message **ret_reply)
{
    connection->waits_for_person = asks_person;
    int r = wait_for_reply(connection, patience_us);
    if (r < 0)
        return r;
    *ret_reply = connection->pending.reply;
    connection->pending = (PendingReply){0};
    return 0;
}

int
pf_agent_connection_call(PfAgentConnection *connection, sd_bus_message *call, uint64_t patience_us,
                         sd_bus_message **ret_reply)
{
    int r = pf_agent_connection_send(connection, call);
    return r < 0 ? r : pf_agent_connection_wait(connection, patience_us, false, ret_reply);
}

int
pf_agent_connection_tell(PfAgentConnection *connection, sd_bus_message *call)
{
    uint64_t queued = 0;
    int r = pf_sd_bus.message_set_expect_reply(call, false);
    if (r >= 0)
        r = pf_sd_bus.send(connection->bus, call, NULL);
    if (r >= 0)
        r = pf_sd_bus.get_n_queued_write(connection->bus, &queued);
    if (r < 0)
        return r;
    return queued == 0 ? 0 : -ETIMEDOUT;
}

void
pf_agent_connection_note(PfAgentConnection *connection, sd_bus_message *call)
{
    uint64_t queued = 0;
    /* What an agent that does not read has left over of an earlier one; it must not grow. */
    if (pf_sd_bus.get_n_queued_write(connection->bus, &queued) < 0 ||
        (queued > 0 && pf_sd_bus.process(connection->bus, NULL) < 0) ||
        pf_sd_bus.get_n_queued_write(connection->bus, &queued) < 0 || queued > 0)
        return;
    if (pf_sd_bus.message_set_expect_reply(call, false) >= 0)
        pf_sd_bus.send(connection->bus, call, NULL);
}
