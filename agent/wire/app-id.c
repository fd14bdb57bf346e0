/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Application IDs to text and back. */
#include "app-id.h"

#include <inttypes.h>
#include <stdio.h>

/* Takes the digits at *AT and moves past them. */
static bool
take_half(const char **at, uint64_t *ret_half)
{
    uint64_t half = 0;
    const char *c = *at;
    for (; *c >= '0' && *c <= '9'; c++) {
        half = half * 10 + (uint64_t)(*c - '0');
        if (half > UINT32_MAX)
            return false;
    }
    if (c == *at)
        return false;
    *at = c;
    *ret_half = half;
    return true;
}

bool
pf_app_id_parse(const char *text, uint64_t *ret_id)
{
    uint64_t major, minor;
    if (!take_half(&text, &major) || *text++ != ':' || !take_half(&text, &minor) || *text != '\0')
        return false;
    *ret_id = major << 32 | minor;
    return true;
}

void
pf_app_id_format(uint64_t id, char text[PF_APP_ID_SIZE])
{
    snprintf(text, PF_APP_ID_SIZE, "%" PRIu64 ":%" PRIu64, id >> 32, id & UINT32_MAX);
}
