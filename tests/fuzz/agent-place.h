/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The agent's end of the private socket inside a fuzzer: real connections and a real cache, made
 * anew for each input, whose peers are whoever the fuzzer says. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Processes that can connect. The first three run one executable, then come one whose executable
 * cannot be read, one that has changed its executable, and the prompter. */
enum {
    AGENT_PLACE_UNKNOWN = 3,
    AGENT_PLACE_CHANGED = 4,
    AGENT_PLACE_PROMPTER = 5,
    AGENT_PLACE_PROCESSES = 6,
};

/* Once. */
void agent_place_init(void);

/* A new agent. */
void agent_place_begin(void);

/* A connection of PROCESS; the peer's end of it, whose bytes are as yet unauthenticated. */
int agent_place_connect(unsigned process);

/* Lets the agent work. Returns whether it had anything to do; fails when that never ends. */
bool agent_place_turn(void);

/* "Forget", the removal of TOKEN_URI, and settings as a person changes them. */
void agent_place_forget(void);
void agent_place_remove_token(const char *token_uri);
void agent_place_set(const char *key, const char *value);

/* So many seconds go by for everybody. */
void agent_place_wait(unsigned seconds);

/* The agent's end, once all peers are closed: it must have noticed, and nothing of theirs is left.
 */
void agent_place_end(void);
