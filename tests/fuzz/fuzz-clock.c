/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The program's own clock_gettime(2), which its libraries find before the C library's. */
#include "fuzz-clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static time_t ahead;

void
fuzz_clock_advance(unsigned seconds)
{
    ahead += (time_t)seconds;
}

__attribute__((visibility("default"))) int
clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    if (syscall(SYS_clock_gettime, clock, ret_time) < 0)
        return -1;
    if (clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME)
        ret_time->tv_sec += ahead;
    return 0;
}
