/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* CallClock: the spy in front of the backend tells the thread's clock when it is inside. */
#include "call-clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "p11-name.h"

FaultPage *fault_page;
static int log_fd = -1;
static _Thread_local CallClock *current;

uint64_t
fault_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

void
call_clock_open_files(const char *page_path, const char *log_path)
{
    int fd = open(page_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *fault_page) < 0)
        abort();
    fault_page = mmap(NULL, sizeof *fault_page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    log_fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fault_page == MAP_FAILED || log_fd < 0)
        abort();
    close(fd);
}

void
call_clock_begin_thread(CallClock *clock, unsigned lane)
{
    *clock = (CallClock){.lane = &fault_page->lanes[lane], .serial = "-"};
    memset(clock->lane, 0, sizeof *clock->lane);
    clock->schedstat_fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    current = clock;
}

void
call_clock_end_thread(CallClock *clock)
{
    current = NULL;
    if (clock->schedstat_fd >= 0)
        close(clock->schedstat_fd);
}

/* How long the thread was ready to run and did not. */
static uint64_t
read_delay(const CallClock *clock)
{
    char text[96];
    unsigned long long ran;
    unsigned long long waited;
    ssize_t n = clock->schedstat_fd < 0 ? -1 : pread(clock->schedstat_fd, text, sizeof text - 1, 0);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    return sscanf(text, "%llu %llu", &ran, &waited) == 2 ? waited / 1000 : 0;
}

static void
write_line(const char *line, size_t length)
{
    if (write(log_fd, line, length) != (ssize_t)length)
        abort(); /* what is not written would prove what is not true */
}

void
call_clock_start(CallClock *clock, const char *function)
{
    clock->backend_us = 0;
    clock->backend_rv = CKR_OK;
    clock->is_own_rv = false;
    clock->login_rv = CKR_OK;
    clock->delay_us = read_delay(clock);
    snprintf(clock->lane->function, sizeof clock->lane->function, "%s", function);
    __atomic_store_n(&clock->lane->start, fault_now(), __ATOMIC_RELEASE);
}

CK_RV
call_clock_stop(CallClock *clock, const char *function, const char *tag, CK_RV rv)
{
    char line[512];
    char names[3][48];
    uint64_t start = clock->lane->start;
    uint64_t end = fault_now();
    __atomic_store_n(&clock->lane->start, 0, __ATOMIC_RELEASE);
    int n = snprintf(line, sizeof line, "%llu %llu %llu %llu %d %s %s %s %s %s %llu %llu %s\n",
                     (unsigned long long)start, (unsigned long long)(end - start),
                     (unsigned long long)clock->backend_us,
                     (unsigned long long)(read_delay(clock) - clock->delay_us), (int)getpid(),
                     function, tag, pf_p11_name_format(PF_P11_RV, rv, true, names[0], 48),
                     pf_p11_name_format(PF_P11_RV, clock->backend_rv, true, names[1], 48),
                     pf_p11_name_format(PF_P11_RV, clock->login_rv, true, names[2], 48),
                     (unsigned long long)clock->opened, (unsigned long long)clock->logged_in,
                     clock->serial);
    write_line(line, (size_t)n);
    return rv;
}

void
call_clock_note(CallClock *clock, const char *word, const char *text)
{
    char line[256];
    int n = snprintf(line, sizeof line, "%llu ! %d %s %s %s\n", (unsigned long long)fault_now(),
                     (int)getpid(), word, text, clock->serial);
    write_line(line, (size_t)n);
}

__attribute__((visibility("default"))) void
pf_spy_on_enter(const char *function)
{
    if (current == NULL)
        return;
    snprintf(current->lane->backend_function, sizeof current->lane->backend_function, "%s",
             function);
    __atomic_store_n(&current->lane->inside, fault_now(), __ATOMIC_RELEASE);
}

__attribute__((visibility("default"))) void
pf_spy_on_leave(const char *function, CK_RV rv)
{
    char name[48];
    if (current == NULL)
        return;
    current->backend_us += fault_now() - current->lane->inside;
    __atomic_store_n(&current->lane->inside, 0, __ATOMIC_RELEASE);
    bool is_own = strcmp(function, current->lane->function) == 0;
    if (rv != CKR_OK && (is_own || !current->is_own_rv)) {
        current->backend_rv = rv;
        current->is_own_rv = is_own;
    }
    if (strcmp(function, "C_Login") == 0)
        current->login_rv = rv;
    /* Of the module's own sessions the program sees nothing. */
    if (rv != CKR_OK && strcmp(function, "C_CloseSession") == 0)
        call_clock_note(current, "unclosed", pf_p11_name_format(PF_P11_RV, rv, true, name, 48));
}
