/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Times the fetch of a cached PIN from the agent, as the module does it, beside trips that do
 * nothing.
 *
 * bench-trip TOKEN ID LAPS STEPS, the PIN on standard input. Each lap measures STEPS trips of each
 * kind, one kind after the other, and prints their mean in ns: a line of JSON. What is called "in
 * turn" comes each time after a trip of the same kind by another process, which is not timed: so
 * that no fetch finds the lease as it has left it. The agent must be there, and its setting
 * `sharing` must be `allow`. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent-link.h"
#include "bench-echo.h"

#define KINDS    3
#define LOGIN_NS 200000

typedef struct {
    PfBenchEcho echo;
    PfAgentLink *link;
    PfDomainRef domain;
    uint64_t epoch;
    unsigned entry;
} Side;

static bool
ask_socket(Side *side)
{
    return pf_bench_echo_ask_socket(&side->echo, side->domain.token);
}

static bool
ask_bus(Side *side)
{
    return pf_bench_echo_ask_bus(&side->echo, side->domain.token);
}

static bool
fetch(Side *side)
{
    static const PfUse use = {.operation = "sign", .key_label = "key"};
    PfLease lease = {0};
    return pf_agent_link_take_pin(side->link, &side->domain, &use, NULL, NULL, &lease) ==
               PF_LINK_OK &&
           (pf_secret_free(lease.pin),
            pf_agent_link_end_taken(side->link, lease.id, side->epoch, side->entry, 0), true);
}

static const struct {
    const char *name;
    bool (*run)(Side *side);
} kinds[KINDS] = {{"socket", ask_socket}, {"echo", ask_bus}, {"fetch", fetch}};

static _Noreturn void
fail(const char *what)
{
    fprintf(stderr, "bench-trip: %s\n", what);
    exit(1);
}

static void
open_side(Side *side)
{
    pf_bench_echo_open(&side->echo);
    side->link = pf_agent_link_new();
    if (side->link == NULL || !pf_agent_link_contact(side->link, false))
        fail("no agent");
    side->epoch = pf_agent_link_get_epoch(side->link);
    if (pf_agent_link_sessions_changed(side->link, &side->domain, 1, &side->entry) != PF_LINK_OK)
        fail("no domain");
    pf_agent_link_set_sessions(side->link, side->epoch, side->entry, (PfSessionCounts){.count = 1});
}

/* Makes the trips that come in between, as the letters on ORDERS say. */
static _Noreturn void
live_as_other(Side *side, int orders)
{
    char kind;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    open_side(side);
    while (write(orders, "", 1) == 1 && read(orders, &kind, 1) == 1 && kind < KINDS) {
        if (!kinds[(int)kind].run(side))
            fail("the other process failed");
    }
    _exit(0);
}

static void
wait_for_other(int other)
{
    char done;
    if (read(other, &done, 1) != 1)
        fail("the other process is gone");
}

static double
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* What a software token's login takes at least, in which the agent gets its house in order. */
static void
pause_as_login(void)
{
    const struct timespec login = {0, LOGIN_NS};
    nanosleep(&login, NULL);
}

/* The mean of STEPS trips; OTHER is -1, or the process that makes one before each. */
static double
time_trips(Side *side, int kind, unsigned steps, int other)
{
    double sum = 0;
    for (unsigned i = 0; i < steps; i++) {
        char order = (char)kind;
        if (other >= 0) {
            if (write(other, &order, 1) != 1)
                fail("the other process is gone");
            wait_for_other(other);
            pause_as_login();
        }
        double start = now_ns();
        if (!kinds[kind].run(side))
            fail("a trip failed");
        sum += now_ns() - start;
    }
    return sum / steps;
}

static void
run_lap(Side *side, unsigned steps, int other)
{
    const char *comma = "{";
    for (int kind = 0; kind < KINDS; kind++, comma = ", ") {
        time_trips(side, kind, 1 + steps / 4, -1);
        printf("%s\"%s\": %.0f", comma, kinds[kind].name, time_trips(side, kind, steps, -1));
        printf(", \"%s in turn\": %.0f", kinds[kind].name, time_trips(side, kind, steps, other));
    }
    puts("}");
    fflush(stdout);
}

static int
start_other(Side *side)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        fail("no socket");
    pid_t child = fork();
    if (child < 0)
        fail("no process");
    if (child == 0)
        live_as_other(side, pair[1]);
    close(pair[1]);
    return pair[0];
}

static void
log_in(Side *side)
{
    char pin[64];
    if (fgets(pin, sizeof pin, stdin) == NULL)
        fail("no PIN");
    pin[strcspn(pin, "\n")] = '\0';
    if (pf_agent_link_store_login(side->link, &side->domain, pin, strlen(pin), 0) != PF_LINK_OK)
        fail("the PIN is not kept");
    explicit_bzero(pin, sizeof pin);
}

int
main(int argc, char **argv)
{
    PfBenchEcho echoes[PF_BENCH_ECHO_CLIENTS];
    Side side = {.domain = {.explicit_id = true}};
    if (argc != 5) {
        fprintf(stderr, "usage: %s TOKEN ID LAPS STEPS <PIN\n", argv[0]);
        return 2;
    }
    snprintf(side.domain.token, sizeof side.domain.token, "%s", argv[1]);
    side.domain.app_id = strtoull(argv[2], NULL, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    pf_bench_echo_start(echoes);
    side.echo = echoes[1];
    int other = start_other(&side);
    side.echo = echoes[0];
    wait_for_other(other);
    open_side(&side);
    log_in(&side);
    for (unsigned lap = 0; lap < strtoul(argv[3], NULL, 0); lap++)
        run_lap(&side, (unsigned)strtoul(argv[4], NULL, 0), other);
    pf_agent_link_free(side.link);
    return 0;
}
