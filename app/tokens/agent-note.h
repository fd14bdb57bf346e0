/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the agent is told before a token is changed; PfTokenJob tells it afterwards. */
#pragma once

#include <gio/gio.h>

typedef void (*PfAgentNoteFunc)(GObject *object);

/* Before a token gets another PIN: no program is lent the cached one any more, which the token
 * would count as a wrong one a moment later. DONE is called when that is so, or when there is no
 * agent that could lend any, with OBJECT, which is kept until then. CONNECTION may be NULL. */
void pf_agent_note_before_pin(GDBusConnection *connection, const char *uri, PfAgentNoteFunc done,
                              GObject *object);
