/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfAgentConnection: one private connection to the agent, used by one thread at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

typedef struct PfAgentConnection PfAgentConnection;

/* CLOCK_MONOTONIC in microseconds. */
uint64_t pf_agent_connection_now(void);

/* Connects to the private socket after checking that its directory is the user's own and closed to
 * others, and that the listener runs as the user. Returns 0, -ENOENT or -ECONNREFUSED (nobody
 * listens), -EACCES (not to be trusted), -ETIMEDOUT, or -errno. No thread but the caller's knows
 * the connection. */
int pf_agent_connection_open(uint64_t deadline, PfAgentConnection **ret_connection);

/* Closes without flushing. NULL is fine. */
void pf_agent_connection_close(PfAgentConnection *connection);

/* The descriptor, for a forked child that must close it without knowing more. */
int pf_agent_connection_get_fd(const PfAgentConnection *connection);

/* A call of Cache1.MEMBER to be filled in. Returns 0 or -errno; the message is the caller's. */
int pf_agent_connection_new_call(PfAgentConnection *connection, const char *member,
                                 sd_bus_message **ret_call);

/* Sends CALL, whose answer pf_agent_connection_wait() brings. One at a time on a connection. */
int pf_agent_connection_send(PfAgentConnection *connection, sd_bus_message *call);

/* Waits for the answer, at most PATIENCE_US for the first sign of life (a Waiting signal is one).
 * After it, ASKS_PERSON: the full time that an agent may be silent, again and again; else little
 * more than the signals' period, and less when the call's patience is used up. Returns 0 with an
 * answer, which may be an error message and is the caller's; -ETIMEDOUT for silence; or another
 * -errno for a lost connection. After a failure of any of these the connection is good for nothing
 * but closing. */
int pf_agent_connection_wait(PfAgentConnection *connection, uint64_t patience_us, bool asks_person,
                             sd_bus_message **ret_reply);

/* Both. */
int pf_agent_connection_call(PfAgentConnection *connection, sd_bus_message *call,
                             uint64_t patience_us, sd_bus_message **ret_reply);

/* Sends CALL and wants no answer. Never waits: an agent that does not read is lost. */
int pf_agent_connection_tell(PfAgentConnection *connection, sd_bus_message *call);

/* As tell, for what may be lost: nothing is sent to an agent that has not read what it was sent
 * before, and the connection stays as good as it was. */
void pf_agent_connection_note(PfAgentConnection *connection, sd_bus_message *call);
