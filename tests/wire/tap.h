/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Prints TAP for tests of code that must work without GLib: one line a check. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One check. Prints its line with the place when it failed; returns GOOD. Any thread but the
 * caller's own serialisation. */
bool pf_tap_check(bool good, const char *file, int line, const char *what, ...)
    __attribute__((format(printf, 4, 5)));

/* Leaves out a check that this machine cannot make. */
void pf_tap_skip(const char *what, const char *reason);

/* Prints the plan. Returns what main() returns. */
int pf_tap_done(void);

#define CHECK(good)          pf_tap_check(good, __FILE__, __LINE__, "%s", #good)
#define CHECK_MSG(good, ...) pf_tap_check(good, __FILE__, __LINE__, __VA_ARGS__)

/* Runs BODY(DATA) in a child and returns its wait status, -1 when there is none. */
int pf_tap_fork(void (*body)(void *data), void *data);

/* Does /proc/self/smaps show FLAG (two letters) among the VmFlags of the mapping at ADDRESS? */
bool pf_tap_mapping_has_flag(const void *address, const char *flag);
