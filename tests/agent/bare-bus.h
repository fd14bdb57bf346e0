/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Either end of a D-Bus connection without a daemon, as the private socket's are; the program ends
 * where there can be none. */
#pragma once

#include <systemd/sd-bus.h>

/* On FD, which is taken. Passes descriptors, and waits for pf_bare_bus_start(). */
sd_bus *pf_bare_bus_new(int fd);

/* The same as the one that is connected to. */
sd_bus *pf_bare_bus_new_server(int fd);

void pf_bare_bus_start(sd_bus *bus);
