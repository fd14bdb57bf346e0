/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentCall: one call of Cache1 on a borrowed connection; for the files of PfAgentLink. */
#pragma once

#include "agent-link-private.h"

/* A call being made: a borrowed connection and the message for it. */
typedef struct {
    PfAgentLink *link;
    PfAgentSlot *slot;
    sd_bus_message *message;
    sd_bus_message *reply;
    bool asks_person; /* it is answered when a person has said something */
} PfAgentCall;

/* Borrows a connection to the present agent, opening one if need be. Whatever it returns, the call
 * is ended by pf_agent_call_end(). */
PfLinkStatus pf_agent_call_begin(PfAgentCall *call, PfAgentLink *link, const char *member);

/* Sends the call if it could be FILLED, lets MEANWHILE (may be NULL) run, and waits. */
PfLinkStatus pf_agent_call_send_with(PfAgentCall *call, int filled, PfLinkMeanwhile meanwhile,
                                     void *data);
PfLinkStatus pf_agent_call_send(PfAgentCall *call, int filled);

/* Sends the call if it could be FILLED, and no more. */
PfLinkStatus pf_agent_call_tell(PfAgentCall *call, int filled);

/* The connection is lost, and all trust in this life of the agent with it. */
PfLinkStatus pf_agent_call_break(PfAgentCall *call);

/* Gives the connection back. */
void pf_agent_call_end(PfAgentCall *call);

/* An entry of a{sv}; nothing for NULL. VALUE comes from a card or a driver: what is no text is sent
 * as empty, not refused. */
int pf_agent_call_append_text(sd_bus_message *message, const char *key, const char *value);
