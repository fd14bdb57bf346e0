/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* May a program be shown the protected authentication path (DESIGN 4.12)? */
#pragma once

#include <glib.h>

#include "config.h"
#include "peer-identity.h"

/* What is known of a program and its surroundings; a pure decision is made of it. */
typedef struct {
    gboolean is_listed;        /* on `protected-path`, or our own pinfoldctl */
    gboolean is_listed_unable; /* on `no-protected-path` */
    gboolean has_terminal;
    enum { PF_SESSION_UNKNOWN, PF_SESSION_GRAPHICAL, PF_SESSION_TEXT } session;
    gboolean agent_has_display;
} PfProcessFacts;

/* The rule of DESIGN 4.12 for `prompt = agent` and a mode that is not off. */
gboolean pf_process_policy_decide(const PfProcessFacts *facts);

/* Would the person at such a program see a dialog that its call waits for? Unlike the flag, which a
 * program must know how to deal with, that needs nothing of the program: neither a terminal nor the
 * list of those that are unable speaks against it. */
gboolean pf_process_policy_can_be_asked(const PfProcessFacts *facts);

/* Finds the facts about a process. */
void pf_process_policy_find_facts(const PfPeerIdentity *identity, const PfConfig *config,
                                  gboolean agent_has_display, PfProcessFacts *facts);
