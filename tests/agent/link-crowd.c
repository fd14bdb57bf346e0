/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Commands of link-client that make processes, threads and load of it. */
#include "link-client.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent-patience.h"

/* A child that keeps every descriptor open until it is killed. */
void
pf_crowd_fork_holder(char **args)
{
    pid_t child = fork();
    if (child == 0) {
        for (;;)
            pause();
    }
    printf("ok %d\n", (int)child);
}

/* A child as the module makes one of itself: it gives the parent's link up and makes its own. */
void
pf_crowd_fork_client(char **args)
{
    pid_t child = fork();
    if (child == 0) {
        pf_agent_link_abandon(pf_client_link);
        pf_client_link = pf_agent_link_new();
        bool is_connected = pf_agent_link_contact(pf_client_link, false);
        pf_agent_link_free(pf_client_link);
        printf("%s\n", is_connected ? "ok" : "no");
        fflush(stdout);
        _exit(0);
    }
}

/* Another program in this process; standard input and output go on. */
_Noreturn void
pf_crowd_exec(char **args)
{
    puts("ok");
    fflush(stdout);
    execv(args[0], (char *[]){args[0], NULL});
    abort();
}

void
pf_crowd_cycle(char **args)
{
    unsigned good = 0;
    for (unsigned i = 0; i < pf_client_read_number(args[0]); i++) {
        PfAgentLink *other = pf_agent_link_new();
        good += pf_agent_link_contact(other, false);
        pf_agent_link_free(other);
    }
    printf("ok %u\n", good);
}

/* A process that comes, has a session, and ends without a farewell. */
static _Noreturn void
live(const PfDomainRef *domain)
{
    unsigned entry = 0;
    PfAgentLink *own = pf_agent_link_new();
    bool is_good = pf_agent_link_contact(own, false) &&
                   pf_agent_link_sessions_changed(own, domain, 1, &entry) == PF_LINK_OK;
    _exit(is_good ? 0 : 1);
}

void
pf_crowd_lives(char **args)
{
    PfDomainRef domain = pf_client_read_domain(args);
    unsigned good = 0;
    for (unsigned i = 0; i < pf_client_read_number(args[2]); i++) {
        int status = 1;
        pid_t child = fork();
        if (child == 0)
            live(&domain);
        good += child > 0 && waitpid(child, &status, 0) == child && status == 0;
    }
    printf("ok %u\n", good);
}

typedef struct {
    PfDomainRef domain;
    unsigned times;
    unsigned entry;
    unsigned good;
} ThreadWork;

/* Lends the PIN again and again, looking at the pages in between. */
static void *
run_thread(void *data)
{
    ThreadWork *work = data;
    for (unsigned i = 0; i < work->times; i++) {
        PfLease lease = {0};
        bool is_cached = false;
        pf_agent_patience_begin();
        if (!pf_agent_link_contact(pf_client_link, false) ||
            pf_agent_link_take_pin(pf_client_link, &work->domain, &(PfUse){NULL}, NULL, NULL,
                                   &lease) != PF_LINK_OK)
            continue;
        pf_secret_free(lease.pin);
        uint64_t word = pf_agent_link_get_login(pf_client_link, pf_client_epoch, work->entry);
        if (pf_agent_link_end_lease(pf_client_link, lease.id, PF_LEASE_OK, 0, &is_cached) ==
                PF_LINK_OK &&
            is_cached && pf_state_login_state(word) == PF_LOGIN_USER)
            work->good++;
    }
    return NULL;
}

void
pf_crowd_threads(char **args)
{
    pthread_t threads[48];
    ThreadWork work[48];
    unsigned count = pf_client_read_number(args[2]);
    unsigned good = 0;
    for (unsigned i = 0; i < count && i < 48; i++) {
        work[i] = (ThreadWork){.domain = pf_client_read_domain(args),
                               .times = pf_client_read_number(args[3]),
                               .entry = pf_client_read_number(args[4])};
        pthread_create(&threads[i], NULL, run_thread, &work[i]);
    }
    for (unsigned i = 0; i < count && i < 48; i++) {
        pthread_join(threads[i], NULL);
        good += work[i].good;
    }
    printf("ok %u\n", good);
}

/* Asks for the PIN from one thread. */
static void *
run_prompt_thread(void *data)
{
    ThreadWork *work = data;
    PfLease lease = {0};
    PfPromptDetails details = {.purpose = "login", .min_len = 4, .max_len = 8};
    if (pf_agent_link_contact(pf_client_link, false))
        work->good = pf_agent_link_prompt(pf_client_link, &work->domain, 0, &details, &lease) ==
                     PF_LINK_CANCELED;
    pf_secret_free(lease.pin);
    return NULL;
}

/* The PIN is asked for from several threads at once; how many of them were canceled. */
void
pf_crowd_prompt_many(char **args)
{
    pthread_t threads[8];
    ThreadWork work[8];
    unsigned count = pf_client_read_number(args[2]);
    unsigned canceled = 0;
    for (unsigned i = 0; i < count && i < 8; i++) {
        work[i] = (ThreadWork){.domain = pf_client_read_domain(args)};
        pthread_create(&threads[i], NULL, run_prompt_thread, &work[i]);
    }
    for (unsigned i = 0; i < count && i < 8; i++) {
        pthread_join(threads[i], NULL);
        canceled += work[i].good;
    }
    printf("canceled %u\n", canceled);
}

/* One thread that asks while the others go on. */
static struct {
    pthread_t thread;
    PfDomainRef domain;
    PfLease lease;
    PfLinkStatus status;
} beside;

static void *
run_beside(void *data)
{
    PfPromptDetails details = {.purpose = "context", .min_len = 4, .max_len = 8};
    beside.status =
        pf_agent_link_prompt(pf_client_link, &beside.domain, 0, &details, &beside.lease);
    return NULL;
}

void
pf_crowd_prompt_beside(char **args)
{
    beside.domain = pf_client_read_domain(args);
    puts(pthread_create(&beside.thread, NULL, run_beside, NULL) == 0 ? "ok" : "no");
}

/* Waits for its answer; prints the lease. */
void
pf_crowd_join_beside(char **args)
{
    pthread_join(beside.thread, NULL);
    printf("%s %" PRIu64 "\n", beside.status == PF_LINK_OK ? "ok" : "no", beside.lease.id);
    pf_secret_free(beside.lease.pin);
}

static uint64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* Works for so many milliseconds, and never sleeps. */
void
pf_crowd_work(char **args)
{
    uint64_t until = now_ms() + pf_client_read_number(args[0]);
    while (now_ms() < until)
        continue;
    puts("ok");
}
