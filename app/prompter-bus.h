/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The app's connection to the private socket: comes back with the agent, without polling. */
#pragma once

#include <systemd/sd-bus.h>

#include <gio/gio.h>

#define PF_TYPE_PROMPTER_BUS (pf_prompter_bus_get_type())
G_DECLARE_FINAL_TYPE(PfPrompterBus, pf_prompter_bus, PF, PROMPTER_BUS, GObject)

/* Serves VTABLE as org.pinfold.Prompter1 with USER_DATA on each connection, which it registers as
 * the prompter's. Emits "lost" when a connection is over. USER_DATA outlives the object. The caller
 * owns it; nothing happens before pf_prompter_bus_connect(). Main thread. */
PfPrompterBus *pf_prompter_bus_new(const sd_bus_vtable *vtable, gpointer user_data);

/* Connects unless connected, now and whenever the socket appears. Trouble is logged, not reported:
 * the agent may not be there yet. */
void pf_prompter_bus_connect(PfPrompterBus *self);

/* Borrowed; NULL while not connected. */
sd_bus *pf_prompter_bus_get(PfPrompterBus *self);
