/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What PC/SC itself says, in a process of its own: a smart card service that hangs stops only it.
 */
#pragma once

#include <json-glib/json-glib.h>

/* An object: `service` (answers; absent, stale, closed, refuses, failed: why it does not), `code`
 * of PC/SC, `socket`, and `readers`: `name`, `present`, `mute`, `exclusive` of each. Reads no card.
 * The caller's. */
JsonNode *pf_tokens_readers_run(void);
