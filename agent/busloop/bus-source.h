/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfBusSource: an sd-bus connection on the default main loop of GLib. */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

typedef struct PfBusSource PfBusSource;

/* The connection is over: closed by the peer, or unusable for what the peer sent. Called once, from
 * the loop, never from within pf_bus_source_new(); not called after pf_bus_source_free(). It may
 * free the source. */
typedef void (*PfBusSourceHangup)(gpointer user_data);

/* Lets the default main loop read, write and dispatch BUS, which must be started. The source holds
 * a reference to the bus. Main thread. */
PfBusSource *pf_bus_source_new(sd_bus *bus, PfBusSourceHangup on_hangup, gpointer user_data);

/* Something was sent over BUS, which has a source, from elsewhere than a handler of its own: what
 * the peer does not read at once is sent when it does, and an answer may be waited for. */
void pf_bus_source_touch(sd_bus *bus);

/* Why the connection is over, as a positive errno value; 0 while it is not. */
int pf_bus_source_get_error(const PfBusSource *source);

/* Stops dispatching and drops the reference to the bus, which is not closed. NULL is fine; may be
 * called from a handler of the bus itself. */
void pf_bus_source_free(PfBusSource *source);
