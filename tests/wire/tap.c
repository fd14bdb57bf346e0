/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* TAP output, children and mappings for the wire tests. */
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned checks;
static unsigned failures;

bool
pf_tap_check(bool good, const char *file, int line, const char *what, ...)
{
    char text[256];
    va_list args;
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    for (char *at = text; (at = strchr(at, '#')) != NULL;)
        *at = ' '; /* it would start a directive */
    printf("%s %u - %s\n", good ? "ok" : "not ok", ++checks, text);
    if (!good) {
        failures++;
        printf("# failed at %s:%d\n", file, line);
    }
    fflush(stdout);
    return good;
}

void
pf_tap_skip(const char *what, const char *reason)
{
    printf("ok %u - %s # SKIP %s\n", ++checks, what, reason);
    fflush(stdout);
}

int
pf_tap_done(void)
{
    printf("1..%u\n", checks);
    return failures == 0 && checks > 0 ? 0 : 1;
}

int
pf_tap_fork(void (*body)(void *data), void *data)
{
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        body(data);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return status;
}

bool
pf_tap_mapping_has_flag(const void *address, const char *flag)
{
    char line[512], wanted[8];
    bool inside = false, found = false;
    FILE *maps = fopen("/proc/self/smaps", "re");
    if (maps == NULL)
        return false;
    snprintf(wanted, sizeof wanted, " %s ", flag);
    while (!found && fgets(line, sizeof line, maps) != NULL) {
        unsigned long first, end;
        if (sscanf(line, "%lx-%lx ", &first, &end) == 2)
            inside = (uintptr_t)address >= first && (uintptr_t)address < end;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, wanted) != NULL;
    }
    fclose(maps);
    return found;
}
