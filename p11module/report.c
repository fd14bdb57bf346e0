/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Reports of faults, on request only. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
pf_report(const char *format, ...)
{
    if (secure_getenv("PINFOLD_DEBUG") == NULL)
        return;
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fprintf(stderr, "pinfold: %s\n", line);
}
