/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Driver commands about the process: threads, forks, background calls, loops, and what it maps. */
#include "driver-call.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "p11-name.h"

#define MAX_THREADS    64
#define MAX_STATUSES   16
#define MAX_BACKGROUND 32

/* A command list that a thread runs, with a scope and an answer of its own. */
typedef struct {
    PfDriverModule *module;
    PfDriverScope scope;
    PfDriverReply reply;
    char **words;
    unsigned long repeat;
    unsigned long n_done;
    pthread_barrier_t *barrier; /* NULL: start at once */
    pthread_t thread;
    int n_words;
    bool used;
    bool finished; /* atomic */
} Job;

static Job background[MAX_BACKGROUND];

static char **
copy_words(int n_words, char **words)
{
    char **copy = calloc((size_t)n_words + 1, sizeof(*copy));

    for (int i = 0; copy != NULL && i < n_words; i++)
        copy[i] = strdup(words[i]);
    if (copy == NULL)
        abort();
    return copy;
}

static void
free_words(char **words)
{
    for (int i = 0; words[i] != NULL; i++) {
        explicit_bzero(words[i], strlen(words[i]));
        free(words[i]);
    }
    free(words);
}

static unsigned long long
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000000ULL + (unsigned long long)now.tv_nsec / 1000ULL;
}

static void *
run_job(void *data)
{
    Job *job = data;
    PfDriverCall call = {job->module, &job->scope, &job->reply, 0, NULL};

    if (job->barrier != NULL)
        pthread_barrier_wait(job->barrier);
    for (job->n_done = 0; job->n_done < job->repeat; job->n_done++) {
        pf_driver_reply_reset(&job->reply);
        if (!pf_driver_run_list(&call, job->n_words, job->words))
            break;
    }
    __atomic_store_n(&job->finished, true, __ATOMIC_RELEASE);
    return NULL;
}

static void
run_threads(PfDriverCall *call)
{
    pthread_barrier_t barrier;
    unsigned long n_threads;
    unsigned long repeat;
    unsigned long n_done = 0;
    unsigned long n_failed = 0;
    unsigned long long start;
    Job *jobs;

    if (!pf_driver_call_number(call, 0, &n_threads) || !pf_driver_call_number(call, 1, &repeat))
        return;
    if (n_threads == 0 || n_threads > MAX_THREADS) {
        pf_driver_reply_set_error(call->reply, "1 to %d threads", MAX_THREADS);
        return;
    }
    jobs = calloc(n_threads, sizeof(*jobs));
    if (jobs == NULL)
        abort();
    pthread_barrier_init(&barrier, NULL, (unsigned int)n_threads);
    start = now_us();
    for (unsigned long i = 0; i < n_threads; i++) {
        jobs[i].module = call->module;
        jobs[i].scope = *call->scope;
        jobs[i].n_words = call->argc - 2;
        jobs[i].words = copy_words(call->argc - 2, call->argv + 2);
        jobs[i].repeat = repeat;
        jobs[i].barrier = &barrier;
        if (pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) != 0)
            abort();
    }
    for (unsigned long i = 0; i < n_threads; i++) {
        pthread_join(jobs[i].thread, NULL);
        n_done += jobs[i].n_done;
        if (jobs[i].n_done < repeat) {
            n_failed++;
            /* The first failure's status becomes the answer's. */
            if (n_failed == 1)
                memcpy(call->reply->status, jobs[i].reply.status, sizeof(call->reply->status));
            pf_driver_reply_add(call->reply, "failure", "%s", jobs[i].reply.body);
        }
        free_words(jobs[i].words);
        pf_driver_reply_clear(&jobs[i].reply);
    }
    pf_driver_reply_add(call->reply, "runs", "%lu", n_done);
    pf_driver_reply_add(call->reply, "failed", "%lu", n_failed);
    pf_driver_reply_add(call->reply, "us", "%llu", now_us() - start);
    pthread_barrier_destroy(&barrier);
    free(jobs);
}

static void
run_loop(PfDriverCall *call)
{
    unsigned long repeat;
    unsigned long n_done;
    unsigned long long start = now_us();

    if (!pf_driver_call_number(call, 0, &repeat))
        return;
    for (n_done = 0; n_done < repeat; n_done++) {
        pf_driver_reply_reset(call->reply);
        if (!pf_driver_run_list(call, call->argc - 1, call->argv + 1))
            break;
    }
    pf_driver_reply_add(call->reply, "runs", "%lu", n_done);
    pf_driver_reply_add(call->reply, "us", "%llu", now_us() - start);
}

/* For lists that go on whatever the module says; a command that is wrong itself still stops them.
 */
static void
run_try(PfDriverCall *call)
{
    pf_driver_run(call, call->argc, call->argv);
    if (strncmp(call->reply->status, "rv=", 3) == 0)
        pf_driver_reply_reset(call->reply);
}

static void
run_bg(PfDriverCall *call)
{
    const char *times = pf_driver_call_option(call, 0, "times");
    int first = times != NULL && strncmp(call->argv[0], "times=", 6) == 0 ? 1 : 0;

    for (int i = 0; i < MAX_BACKGROUND; i++) {
        Job *job = &background[i];

        if (job->used)
            continue;
        memset(job, 0, sizeof(*job));
        job->module = call->module;
        job->scope = *call->scope;
        job->n_words = call->argc - first;
        job->words = copy_words(call->argc - first, call->argv + first);
        job->repeat = first == 1 ? strtoul(times, NULL, 10) : 1;
        job->used = true;
        if (pthread_create(&job->thread, NULL, run_job, job) != 0)
            abort();
        pf_driver_reply_add(call->reply, "job", "%d", i);
        return;
    }
    pf_driver_reply_set_error(call->reply, "too many background jobs");
}

static Job *
get_job(PfDriverCall *call)
{
    unsigned long number;

    if (!pf_driver_call_number(call, 0, &number))
        return NULL;
    if (number >= MAX_BACKGROUND || !background[number].used) {
        pf_driver_reply_set_error(call->reply, "no such job");
        return NULL;
    }
    return &background[number];
}

static void
run_join(PfDriverCall *call)
{
    Job *job = get_job(call);

    if (job == NULL)
        return;
    pthread_join(job->thread, NULL);
    pf_driver_reply_clear(call->reply);
    *call->reply = job->reply;
    free_words(job->words);
    memset(job, 0, sizeof(*job));
}

static void
run_poll(PfDriverCall *call)
{
    Job *job = get_job(call);

    if (job != NULL)
        pf_driver_reply_add(call->reply, "finished", "%s",
                            __atomic_load_n(&job->finished, __ATOMIC_ACQUIRE) ? "true" : "false");
}

static __attribute__((noreturn)) void
run_child(PfDriverCall *call, int fd)
{
    char *line;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pf_driver_run_list(call, call->argc, call->argv);
    line = pf_driver_reply_format(call->reply);
    for (size_t done = 0, size = strlen(line); done < size;) {
        ssize_t n = write(fd, line + done, size - done);

        if (n <= 0)
            break;
        done += (size_t)n;
    }
    _exit(0);
}

static void
run_fork(PfDriverCall *call)
{
    char answer[65536];
    size_t used = 0;
    int status = 0;
    int fds[2];
    ssize_t n;
    pid_t pid;

    if (pipe(fds) != 0 || (pid = fork()) < 0) {
        pf_driver_reply_set_error(call->reply, "cannot fork");
        return;
    }
    if (pid == 0)
        run_child(call, fds[1]);
    close(fds[1]);
    while (used < sizeof(answer) - 1 &&
           (n = read(fds[0], answer + used, sizeof(answer) - 1 - used)) > 0)
        used += (size_t)n;
    answer[used] = '\0';
    close(fds[0]);
    waitpid(pid, &status, 0);

    pf_driver_reply_add(call->reply, "pid", "%d", (int)pid);
    if (WIFSIGNALED(status))
        pf_driver_reply_add(call->reply, "signal", "%d", WTERMSIG(status));
    pf_driver_reply_add(call->reply, "child", "%s", answer);
}

static void
run_pid(PfDriverCall *call)
{
    pf_driver_reply_add(call->reply, "pid", "%d", (int)getpid());
}

static unsigned long
count_entries(const char *path)
{
    unsigned long count = 0;
    struct dirent *entry;
    DIR *dir = opendir(path);

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        count += entry->d_name[0] != '.';
    if (dir != NULL)
        closedir(dir);
    return count;
}

static void
run_maps(PfDriverCall *call)
{
    const char *names[] = {"libglib-2.0", "libgobject-2.0", "libgio-2.0", "libsystemd"};
    bool found[4] = {false};
    char line[4096];
    FILE *maps = fopen("/proc/self/maps", "re");

    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        for (size_t i = 0; i < 4; i++)
            found[i] |= strstr(line, names[i]) != NULL;
    }
    if (maps != NULL)
        fclose(maps);
    pf_driver_reply_add(call->reply, "glib", "%s", found[0] ? "true" : "false");
    pf_driver_reply_add(call->reply, "gobject", "%s", found[1] ? "true" : "false");
    pf_driver_reply_add(call->reply, "gio", "%s", found[2] ? "true" : "false");
    pf_driver_reply_add(call->reply, "libsystemd", "%s", found[3] ? "true" : "false");
    pf_driver_reply_add(call->reply, "threads", "%lu", count_entries("/proc/self/task"));
    /* Less the descriptor that the listing itself opens. */
    pf_driver_reply_add(call->reply, "fds", "%lu", count_entries("/proc/self/fd") - 1);
}

const PfDriverCommand pf_driver_process_commands[] = {
    {"threads", 3, run_threads, "THREADS TIMES COMMAND [; COMMAND…]"},
    {"loop", 2, run_loop, "TIMES COMMAND [; COMMAND…]"},
    {"try", 1, run_try, "COMMAND"},
    {"bg", 1, run_bg, "[times=N] COMMAND [; COMMAND…]"},
    {"join", 1, run_join, "JOB"},
    {"poll", 1, run_poll, "JOB"},
    {"fork", 1, run_fork, "COMMAND [; COMMAND…]"},
    {"pid", 0, run_pid, ""},
    {"maps", 0, run_maps, ""},
    {NULL},
};
