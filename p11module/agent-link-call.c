/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentCall: a connection is borrowed, used and given back, or given up. */
#include "agent-link-call.h"

#include <errno.h>
#include <string.h>

#include "sd-bus-table.h"

static const struct {
    const char *name;
    PfLinkStatus status;
} error_statuses[] = {
    {PF_WIRE_ERROR_NOT_CACHED, PF_LINK_NOT_CACHED},
    {PF_WIRE_ERROR_NOT_LOGGED_IN, PF_LINK_NOT_LOGGED_IN},
    {PF_WIRE_ERROR_ASLEEP, PF_LINK_ASLEEP},
    {PF_WIRE_ERROR_CANCELED, PF_LINK_CANCELED},
    {PF_WIRE_ERROR_NO_PROMPTER, PF_LINK_NO_PROMPTER},
    {PF_WIRE_ERROR_LOGGED_IN, PF_LINK_LOGGED_IN},
    {PF_WIRE_ERROR_BUSY, PF_LINK_BUSY},
    {PF_WIRE_ERROR_USER_LOGGED_IN, PF_LINK_USER_LOGGED_IN},
    {PF_WIRE_ERROR_OFFICER_LOGGED_IN, PF_LINK_OFFICER_LOGGED_IN},
    {PF_WIRE_ERROR_READ_ONLY_EXISTS, PF_LINK_READ_ONLY_EXISTS},
};

static PfLinkStatus
status_of_reply(sd_bus_message *reply)
{
    const sd_bus_error *error = pf_sd_bus.message_get_error(reply);
    if (error == NULL)
        return PF_LINK_OK;
    for (size_t i = 0; i < sizeof error_statuses / sizeof *error_statuses; i++) {
        if (strcmp(error->name, error_statuses[i].name) == 0)
            return error_statuses[i].status;
    }
    return PF_LINK_REFUSED;
}

void
pf_agent_call_end(PfAgentCall *call)
{
    pf_sd_bus.message_unref(call->message);
    pf_sd_bus.message_unref(call->reply);
    if (call->slot != NULL)
        pf_agent_pool_release(&call->link->pool, call->slot);
}

PfLinkStatus
pf_agent_call_break(PfAgentCall *call)
{
    pf_agent_link_lose(call->link, call->slot->epoch);
    pf_agent_pool_release_broken(&call->link->pool, call->slot);
    call->slot = NULL;
    return PF_LINK_UNAVAILABLE;
}

PfLinkStatus
pf_agent_call_begin(PfAgentCall *call, PfAgentLink *link, const char *member)
{
    uint64_t start = pf_agent_connection_now();
    uint64_t deadline = start + pf_agent_patience_left();
    PfAgentContact *contact = pf_agent_link_get_contact(link);
    *call = (PfAgentCall){.link = link};
    if (contact == NULL)
        return PF_LINK_UNAVAILABLE;
    call->slot = pf_agent_pool_borrow(&link->pool, contact->epoch, deadline);
    if (call->slot == NULL)
        return PF_LINK_UNAVAILABLE;
    if (call->slot->connection == NULL) {
        PfAgentConnection *connection;
        int r = pf_agent_connection_open(deadline, &connection);
        pf_agent_patience_spend(pf_agent_connection_now() - start);
        if (r < 0)
            return pf_agent_call_break(call);
        pf_agent_pool_attach(call->slot, connection);
    }
    if (pf_agent_connection_new_call(call->slot->connection, member, &call->message) < 0)
        return pf_agent_call_break(call);
    return PF_LINK_OK;
}

PfLinkStatus
pf_agent_call_send_with(PfAgentCall *call, int filled, PfLinkMeanwhile meanwhile, void *data)
{
    PfAgentConnection *connection = call->slot->connection;
    if (filled < 0)
        return PF_LINK_REFUSED; /* no memory, or text that D-Bus cannot carry */
    if (pf_agent_connection_send(connection, call->message) < 0)
        return pf_agent_call_break(call);
    if (meanwhile != NULL)
        meanwhile(data);
    if (pf_agent_connection_wait(connection, pf_agent_patience_left(), call->asks_person,
                                 &call->reply) < 0)
        return pf_agent_call_break(call);
    return status_of_reply(call->reply);
}

PfLinkStatus
pf_agent_call_send(PfAgentCall *call, int filled)
{
    return pf_agent_call_send_with(call, filled, NULL, NULL);
}

PfLinkStatus
pf_agent_call_tell(PfAgentCall *call, int filled)
{
    if (filled < 0)
        return PF_LINK_REFUSED;
    return pf_agent_connection_tell(call->slot->connection, call->message) < 0
               ? pf_agent_call_break(call)
               : PF_LINK_OK;
}

int
pf_agent_call_append_text(sd_bus_message *message, const char *key, const char *value)
{
    if (value == NULL)
        return 0;
    int r = pf_sd_bus.message_open_container(message, 'e', "sv");
    if (r >= 0)
        r = pf_sd_bus.message_append(message, "s", key);
    if (r >= 0)
        r = pf_sd_bus.message_open_container(message, 'v', "s");
    if (r >= 0)
        r = pf_sd_bus.message_append(message, "s", value);
    if (r == -EINVAL)
        r = pf_sd_bus.message_append(message, "s", "");
    if (r >= 0)
        r = pf_sd_bus.message_close_container(message);
    return r < 0 ? r : pf_sd_bus.message_close_container(message);
}
