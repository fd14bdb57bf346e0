/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Many processes: each has a pipe that tells it what to do; one takes all reports. */
#include "herd.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
#include "bare-bus.h"

#define SECONDS_MAX 60u

typedef struct {
    enum { ORDER_JOIN, ORDER_WORK, ORDER_LOOP, ORDER_END } what;
    unsigned seconds;
} Order;

typedef struct {
    uint32_t good;
    uint32_t bad;
} Report;

static int *orders; /* to each */
static int reports[2];
static unsigned count;
static uint32_t *times; /* µs, shared: SECONDS_MAX for each process */
static bool has_own_token;

static PfAgentLink *agent_link;
static PfDomainRef domain;
static uint64_t epoch;
static unsigned entry;

static int64_t
get_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
get_now_ms(void)
{
    return get_now_us() / 1000;
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
    int64_t deadline = get_now_ms() + 60000;
    agent_link = pf_agent_link_new();
    /* The link itself tries once a second. */
    while (!pf_agent_link_contact(agent_link, false)) {
        if (get_now_ms() > deadline)
            return (Report){.bad = 1};
        wait_until(get_now_ms() + 100);
    }
    epoch = pf_agent_link_get_epoch(agent_link);
    if (pf_agent_link_sessions_changed(agent_link, &domain, 1, &entry) != PF_LINK_OK)
        return (Report){.bad = 1};
    pf_agent_link_set_sessions(agent_link, epoch, entry, (PfSessionCounts){.count = 1});
    if (has_own_token)
        pf_agent_link_store_login(agent_link, &domain, "135790", 6, 0);
    uint64_t word = pf_agent_link_get_login(agent_link, epoch, entry);
    return (Report){.good = pf_state_login_state(word) == PF_LOGIN_USER};
}

/* As the module does it. Gives the time until the PIN was there, in µs; 0: it was not. */
static uint32_t
use_pin(void)
{
    PfLease lease = {0};
    int64_t begun = get_now_us();
    pf_agent_patience_begin();
    if (pf_agent_link_take_pin(agent_link, &domain, &(PfUse){NULL}, NULL, NULL, &lease) !=
        PF_LINK_OK)
        return 0;
    int64_t took = get_now_us() - begun;
    bool has_pin = pf_secret_get_length(lease.pin) > 0;
    pf_secret_free(lease.pin);
    pf_agent_link_end_taken(agent_link, lease.id, epoch, entry, 0);
    return has_pin ? (uint32_t)took + 1 : 0;
}

static Report
work(unsigned seconds, uint32_t *own_times)
{
    Report report = {0};
    uint32_t phase = 0;
    if (getrandom(&phase, sizeof phase, 0) != sizeof phase)
        abort();
    int64_t next = get_now_ms() + phase % 1000;
    for (unsigned i = 0; i < seconds; i++, next += 1000) {
        wait_until(next);
        own_times[i] = use_pin();
        if (own_times[i] > 0)
            report.good++;
        else
            report.bad++;
    }
    return report;
}

static Report
loop(unsigned seconds)
{
    Report report = {0};
    int64_t end = get_now_ms() + (int64_t)seconds * 1000;
    while (get_now_ms() < end) {
        if (use_pin() == 0)
            return (Report){report.good, 1};
        report.good++;
    }
    return report;
}

static _Noreturn void
live(int orders_fd, unsigned number)
{
    Order order;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (has_own_token) {
        size_t length = strlen(domain.token);
        snprintf(domain.token + length, sizeof domain.token - length, "-%u", number);
    }
    while (read(orders_fd, &order, sizeof order) == sizeof order && order.what != ORDER_END) {
        Report report;
        if (order.what == ORDER_JOIN)
            report = join();
        else if (order.what == ORDER_LOOP)
            report = loop(order.seconds);
        else
            report = work(order.seconds, times + (size_t)number * SECONDS_MAX);
        if (write(reports[1], &report, sizeof report) != sizeof report)
            break;
    }
    pf_agent_link_free(agent_link);
    _exit(0);
}

static void
tell_all(Order order)
{
    for (unsigned i = 0; i < count; i++) {
        if (write(orders[i], &order, sizeof order) != sizeof order)
            abort();
    }
}

/* Everybody does it; the sum of what they say. */
static Report
command(Order order)
{
    Report sum = {0};
    tell_all(order);
    for (unsigned i = 0; i < count; i++) {
        Report report;
        if (read(reports[0], &report, sizeof report) != sizeof report)
            abort();
        sum.good += report.good;
        sum.bad += report.bad;
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

static void
start(char **args)
{
    count = (unsigned)strtoul(args[0], NULL, 0);
    domain = (PfDomainRef){.app_id = strtoull(args[2], NULL, 0), .explicit_id = true};
    snprintf(domain.token, sizeof domain.token, "%s", args[1]);
    orders = calloc(count, sizeof *orders);
    times = mmap(NULL, (size_t)count * SECONDS_MAX * sizeof *times, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    raise_limit();
    if (orders == NULL || times == MAP_FAILED || pipe(reports) < 0)
        abort();
    fflush(stdout);
    for (unsigned i = 0; i < count; i++) {
        int ends[2];
        pid_t child = pipe(ends) < 0 ? -1 : fork();
        if (child < 0)
            abort();
        if (child == 0)
            live(ends[0], i);
        close(ends[0]);
        orders[i] = ends[1];
    }
    printf("ok %" PRIu32 "\n", command((Order){ORDER_JOIN, 0}).good);
}

void
pf_herd_start(char **args)
{
    has_own_token = false;
    start(args);
}

void
pf_herd_start_own(char **args)
{
    has_own_token = true;
    start(args);
}

static int
compare_times(const void *a, const void *b)
{
    const uint32_t *one = a;
    const uint32_t *other = b;
    return (*one > *other) - (*one < *other);
}

void
pf_herd_work(char **args)
{
    unsigned seconds = (unsigned)strtoul(args[0], NULL, 0);
    if (seconds < 1 || seconds > SECONDS_MAX)
        abort();
    Report sum = command((Order){ORDER_WORK, seconds});
    size_t all = (size_t)count * seconds;
    for (unsigned i = 1; i < count; i++)
        memmove(times + (size_t)i * seconds, times + (size_t)i * SECONDS_MAX,
                seconds * sizeof *times);
    qsort(times, all, sizeof *times, compare_times);
    printf("ok %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 "\n", sum.good, sum.bad,
           times[all - 1], times[all / 2], times[all - 1 - all / 100]);
}

void
pf_herd_loop(char **args)
{
    Report sum = command((Order){ORDER_LOOP, (unsigned)strtoul(args[0], NULL, 0)});
    printf("ok %" PRIu32 " %" PRIu32 "\n", sum.good, sum.bad);
}

void
pf_herd_end(char **args)
{
    unsigned ended = 0;
    tell_all((Order){ORDER_END, 0});
    while (waitpid(-1, NULL, 0) > 0)
        ended++;
    for (unsigned i = 0; i < count; i++)
        close(orders[i]);
    close(reports[0]);
    close(reports[1]);
    munmap(times, (size_t)count * SECONDS_MAX * sizeof *times);
    free(orders);
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
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0 ||
        write(fds[1], hello, sizeof hello - 1) < 0)
        abort();
    sd_bus *bus = pf_bare_bus_new_server(fds[0]);
    pf_bare_bus_start(bus);
    while (sd_bus_process(bus, NULL) > 0)
        ;
}

void
pf_herd_bare(char **args)
{
    unsigned wanted = (unsigned)strtoul(args[0], NULL, 0);
    if (wanted == 0)
        abort();
    raise_limit();
    make_bare(); /* what the first one needs is not everybody's */
    long before = get_resident_bytes();
    for (unsigned i = 0; i < wanted; i++)
        make_bare();
    printf("ok %ld\n", (get_resident_bytes() - before) / (long)wanted);
}
