/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Preloaded: clocks that somebody sets while the program runs. The file PF_CLOCK_PAGE has the
 * seconds that CLOCK_REALTIME is off, and those that CLOCK_BOOTTIME is ahead, as after a sleep. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t *offsets;

static __attribute__((constructor)) void
map_offsets(void)
{
    const char *path = getenv("PF_CLOCK_PAGE");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *page = mmap(NULL, 2 * sizeof *offsets, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (page != MAP_FAILED)
        offsets = page;
}

__attribute__((visibility("default"))) int
clock_gettime(clockid_t clock, struct timespec *time)
{
    if (syscall(SYS_clock_gettime, clock, time) < 0)
        return -1;
    if (offsets != NULL && clock == CLOCK_REALTIME)
        time->tv_sec += (time_t)offsets[0];
    else if (offsets != NULL && clock == CLOCK_BOOTTIME)
        time->tv_sec += (time_t)offsets[1];
    return 0;
}

__attribute__((visibility("default"))) int
gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) < 0)
        return -1;
    *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}
