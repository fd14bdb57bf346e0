/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentContact: Cache1.Hello and the mapping of its three pages. */
#include "agent-contact.h"

#include <errno.h>
#include <stdlib.h>

#include "sd-bus-table.h"
#include "wire-names.h"

/* The descriptors stay the reply's, and are closed with it. */
static int
map_pages(PfAgentContact *contact, sd_bus_message *reply)
{
    int state_fd;
    int board_fd;
    int life_fd;
    int r = pf_sd_bus.message_read(reply, "tthhh", NULL, NULL, &state_fd, &board_fd, &life_fd);
    if (r < 0)
        return r;
    r = pf_state_page_map(state_fd, &contact->state);
    if (r == 0)
        r = pf_session_board_map(board_fd, &contact->board);
    if (r == 0)
        r = pf_life_page_map(life_fd, &contact->life);
    return r;
}

int
pf_agent_contact_new(PfAgentConnection *connection, uint64_t patience_us,
                     PfAgentContact **ret_contact)
{
    sd_bus_message *call = NULL;
    sd_bus_message *reply = NULL;
    PfAgentContact *contact = calloc(1, sizeof *contact);
    if (contact == NULL)
        return -ENOMEM;
    int r = pf_agent_connection_new_call(connection, "Hello", &call);
    if (r >= 0)
        r = pf_sd_bus.message_append(call, "u", (uint32_t)PF_WIRE_PROTOCOL);
    if (r >= 0)
        r = pf_agent_connection_call(connection, call, patience_us, &reply);
    if (r >= 0)
        r = pf_sd_bus.message_is_method_error(reply, NULL) > 0 ? -EPROTO
                                                               : map_pages(contact, reply);
    pf_sd_bus.message_unref(call);
    pf_sd_bus.message_unref(reply);
    if (r < 0) {
        pf_agent_contact_free(contact);
        return r;
    }
    *ret_contact = contact;
    return 0;
}

void
pf_agent_contact_free(PfAgentContact *contact)
{
    if (contact == NULL)
        return;
    pf_state_page_unmap(contact->state);
    pf_session_board_unmap(contact->board);
    pf_life_page_unmap(contact->life);
    free(contact);
}
