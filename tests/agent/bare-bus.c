/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Connections without a daemon. */
#include "bare-bus.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
check(int r, const char *what)
{
    if (r >= 0)
        return;
    fprintf(stderr, "bus: %s: %s\n", what, strerror(-r));
    abort();
}

sd_bus *
pf_bare_bus_new(int fd)
{
    sd_bus *bus = NULL;
    check(sd_bus_new(&bus), "memory");
    check(sd_bus_set_fd(bus, fd, fd), "descriptor");
    check(sd_bus_negotiate_fds(bus, true), "passing descriptors");
    return bus;
}

sd_bus *
pf_bare_bus_new_server(int fd)
{
    sd_id128_t id;
    sd_bus *bus = pf_bare_bus_new(fd);
    check(sd_id128_randomize(&id), "ID");
    check(sd_bus_set_server(bus, true, id), "server");
    return bus;
}

void
pf_bare_bus_start(sd_bus *bus)
{
    check(sd_bus_start(bus), "start");
}
