/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentStarter: a session bus connection that lives for one call. */
#include "agent-starter.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sd-bus-table.h"
#include "wire-names.h"

/* DBUS_START_REPLY_ALREADY_RUNNING of the D-Bus specification. */
#define START_REPLY_ALREADY_RUNNING 2u

struct PfAgentStarter {
    sd_bus *bus;
    bool is_answered;
    bool is_believed_running; /* the bus has not seen yet that an agent that died is gone */
    int result;
};

static int
on_start_reply(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
    PfAgentStarter *starter = userdata;
    uint32_t outcome = 0;
    starter->is_answered = true;
    starter->result = -pf_sd_bus.message_get_errno(message);
    if (starter->result == 0 && pf_sd_bus.message_read(message, "u", &outcome) >= 0)
        starter->is_believed_running = outcome == START_REPLY_ALREADY_RUNNING;
    return 0;
}

static int
ask(PfAgentStarter *starter)
{
    starter->is_answered = false;
    starter->is_believed_running = false;
    return pf_sd_bus.call_method_async(starter->bus, NULL, "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "StartServiceByName", on_start_reply, starter, "su",
                                       PF_WIRE_AGENT_NAME, (uint32_t)0);
}

static int
send_start(PfAgentStarter *starter, const char *address)
{
    int r = pf_sd_bus.new(&starter->bus);
    if (r >= 0)
        r = pf_sd_bus.set_address(starter->bus, address);
    if (r >= 0)
        r = pf_sd_bus.set_bus_client(starter->bus, true);
    if (r >= 0)
        r = pf_sd_bus.start(starter->bus);
    return r >= 0 ? ask(starter) : r;
}

PfAgentStarter *
pf_agent_starter_new(void)
{
    const char *address = secure_getenv("DBUS_SESSION_BUS_ADDRESS");
    if (address == NULL)
        return NULL;
    PfAgentStarter *starter = calloc(1, sizeof *starter);
    if (starter != NULL && send_start(starter, address) < 0) {
        pf_agent_starter_free(starter);
        return NULL;
    }
    return starter;
}

int
pf_agent_starter_pump(PfAgentStarter *starter, uint64_t wait_us)
{
    int r;
    do {
        r = pf_sd_bus.process(starter->bus, NULL);
    } while (r > 0);
    if (r < 0)
        return r;
    if (starter->is_answered) {
        /* Nothing more to hear; the socket appears within this time or not. */
        if (starter->result == 0)
            poll(NULL, 0, (int)(wait_us / 1000));
        if (starter->is_believed_running)
            return ask(starter);
        return starter->result;
    }
    r = pf_sd_bus.wait(starter->bus, wait_us);
    return r < 0 && r != -EINTR ? r : 0;
}

void
pf_agent_starter_free(PfAgentStarter *starter)
{
    if (starter == NULL)
        return;
    pf_sd_bus.close_unref(starter->bus);
    free(starter);
}
