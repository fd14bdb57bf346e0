/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Who is org.pinfold.Agent now, for the models that show what it says: it comes, goes, or is
 * another program than the one that listens on the private socket. */
#pragma once

#include <gio/gio.h>

#include "agent-proxy.h"

typedef struct PfAgentWatch PfAgentWatch;

typedef enum {
    PF_AGENT_UNKNOWN, /* not known yet */
    PF_AGENT_ABSENT,
    PF_AGENT_FOREIGN, /* it is not who programs obey: nothing it says is told on */
    PF_AGENT_PRESENT,
} PfAgentPresence;

typedef struct {
    /* It is another agent, or none; whatever was asked before is cancelled. */
    void (*presence)(PfAgentPresence presence, gpointer owner);
    /* A signal of Agent1, by its name on the wire; only of an agent that is present. */
    void (*signal)(const char *name, GVariant *parameters, gpointer owner);
} PfAgentWatchCalls;

/* CONNECTION is the session bus; NULL: there is none, and the calls are never made. OWNER is
 * borrowed until the watch is freed. Never starts the agent. Main thread. */
PfAgentWatch *pf_agent_watch_new(GDBusConnection *connection, const PfAgentWatchCalls *calls,
                                 gpointer owner);

/* Cancels what is on its way. NULL is fine. */
void pf_agent_watch_free(PfAgentWatch *watch);

/* NULL unless an agent is present. Borrowed. */
PfDbusAgent1 *pf_agent_watch_get_agent(PfAgentWatch *watch);

/* For calls whose answer a change of agents makes void. Borrowed. */
GCancellable *pf_agent_watch_get_cancellable(PfAgentWatch *watch);

/* Cancels such calls: what was asked is of no interest any more. */
void pf_agent_watch_cancel_calls(PfAgentWatch *watch);
