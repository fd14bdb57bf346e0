/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Many processes with one ID: each has a pipe that tells it what to do; one takes all reports. */
#include "herd.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include "agent-link.h"
#include "agent-patience.h"

/* Other orders are the seconds to work. */
#define ORDER_JOIN 0u
#define ORDER_END  UINT32_MAX

typedef struct {
    uint32_t good;
    uint32_t bad;
    uint32_t longest_ms;
} Report;

static int *orders; /* to each */
static int reports[2];
static unsigned count;

static PfAgentLink *agent_link;
static PfDomainRef domain;

static int64_t
get_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
wait_until(int64_t until_ms)
{
    struct timespec until = {until_ms / 1000, (until_ms % 1000) * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0)
        ;
}

static Report
join(void)
{
    unsigned entry = 0;
    int64_t deadline = get_now_ms() + 60000;
    agent_link = pf_agent_link_new();
    /* The link itself tries once a second. */
    while (!pf_agent_link_contact(agent_link, false)) {
        if (get_now_ms() > deadline)
            return (Report){.bad = 1};
        wait_until(get_now_ms() + 100);
    }
    uint64_t epoch = pf_agent_link_get_epoch(agent_link);
    if (pf_agent_link_sessions_changed(agent_link, &domain, 1, &entry) != PF_LINK_OK)
        return (Report){.bad = 1};
    pf_agent_link_set_sessions(agent_link, epoch, entry, (PfSessionCounts){.count = 1});
    uint64_t word = pf_agent_link_get_login(agent_link, epoch, entry);
    return (Report){.good = pf_state_login_state(word) == PF_LOGIN_USER};
}

static bool
use_pin(void)
{
    PfLease lease = {0};
    bool is_cached = false;
    pf_agent_patience_begin();
    if (pf_agent_link_take_pin(agent_link, &domain, &(PfUse){NULL}, NULL, NULL, &lease) !=
        PF_LINK_OK)
        return false;
    bool has_pin = pf_secret_get_length(lease.pin) > 0;
    pf_secret_free(lease.pin);
    return pf_agent_link_end_lease(agent_link, lease.id, PF_LEASE_OK, 0, &is_cached) ==
               PF_LINK_OK &&
           is_cached && has_pin;
}

static Report
work(unsigned seconds)
{
    Report report = {0};
    uint32_t phase = 0;
    if (getrandom(&phase, sizeof phase, 0) != sizeof phase)
        abort();
    int64_t next = get_now_ms() + phase % 1000;
    for (unsigned i = 0; i < seconds; i++, next += 1000) {
        wait_until(next);
        int64_t begun = get_now_ms();
        if (use_pin())
            report.good++;
        else
            report.bad++;
        uint32_t took = (uint32_t)(get_now_ms() - begun);
        report.longest_ms = took > report.longest_ms ? took : report.longest_ms;
    }
    return report;
}

static _Noreturn void
live(int orders_fd)
{
    uint32_t order;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(orders_fd, &order, sizeof order) == sizeof order && order != ORDER_END) {
        Report report = order == ORDER_JOIN ? join() : work(order);
        if (write(reports[1], &report, sizeof report) != sizeof report)
            break;
    }
    pf_agent_link_free(agent_link);
    _exit(0);
}

static void
tell_all(uint32_t order)
{
    for (unsigned i = 0; i < count; i++) {
        if (write(orders[i], &order, sizeof order) != sizeof order)
            abort();
    }
}

/* Everybody does it; the sum of what they say. */
static Report
command(uint32_t order)
{
    Report sum = {0};
    tell_all(order);
    for (unsigned i = 0; i < count; i++) {
        Report report;
        if (read(reports[0], &report, sizeof report) != sizeof report)
            abort();
        sum.good += report.good;
        sum.bad += report.bad;
        if (report.longest_ms > sum.longest_ms)
            sum.longest_ms = report.longest_ms;
    }
    return sum;
}

static void
raise_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void
pf_herd_start(char **args)
{
    count = (unsigned)strtoul(args[0], NULL, 0);
    domain = (PfDomainRef){.app_id = strtoull(args[2], NULL, 0), .explicit_id = true};
    snprintf(domain.token, sizeof domain.token, "%s", args[1]);
    orders = calloc(count, sizeof *orders);
    raise_limit();
    if (orders == NULL || pipe(reports) < 0)
        abort();
    fflush(stdout);
    for (unsigned i = 0; i < count; i++) {
        int ends[2];
        pid_t child = pipe(ends) < 0 ? -1 : fork();
        if (child < 0)
            abort();
        if (child == 0)
            live(ends[0]);
        close(ends[0]);
        orders[i] = ends[1];
    }
    printf("ok %" PRIu32 "\n", command(ORDER_JOIN).good);
}

void
pf_herd_work(char **args)
{
    Report sum = command((uint32_t)strtoul(args[0], NULL, 0));
    printf("ok %" PRIu32 " %" PRIu32 " %" PRIu32 "\n", sum.good, sum.bad, sum.longest_ms);
}

void
pf_herd_end(char **args)
{
    unsigned ended = 0;
    tell_all(ORDER_END);
    while (waitpid(-1, NULL, 0) > 0)
        ended++;
    printf("ok %u\n", ended);
}

static long
get_resident_bytes(void)
{
    long total = 0;
    long resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &total, &resident) != 2)
        abort();
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

/* One that has authenticated its peer and waits for messages. */
static void
make_bare(void)
{
    static const char hello[] = "\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n";
    int fds[2];
    sd_bus *bus = NULL;
    sd_id128_t id;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0 ||
        write(fds[1], hello, sizeof hello - 1) < 0 || sd_id128_randomize(&id) < 0 ||
        sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fds[0], fds[0]) < 0 ||
        sd_bus_set_server(bus, true, id) < 0 || sd_bus_negotiate_fds(bus, true) < 0 ||
        sd_bus_start(bus) < 0)
        abort();
    while (sd_bus_process(bus, NULL) > 0)
        ;
}

void
pf_herd_bare(char **args)
{
    unsigned wanted = (unsigned)strtoul(args[0], NULL, 0);
    raise_limit();
    make_bare(); /* what the first one needs is not everybody's */
    long before = get_resident_bytes();
    for (unsigned i = 0; i < wanted; i++)
        make_bare();
    printf("ok %ld\n", (get_resident_bytes() - before) / (long)wanted);
}
