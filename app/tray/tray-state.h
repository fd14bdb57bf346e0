/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the tray icon says: one of six states, a line, and a tooltip with everything. */
#pragma once

#include "agent-model.h"

typedef enum {
    PF_TRAY_STATE_OFF, /* no agent, or not the right one */
    PF_TRAY_STATE_NO_READER,
    PF_TRAY_STATE_NO_TOKEN,
    PF_TRAY_STATE_TOKEN,
    PF_TRAY_STATE_CACHED,
    PF_TRAY_STATE_ATTENTION, /* last try, blocked, or a permission is waited for */
} PfTrayState;

/* OFFERS: a list of PfOfferItem. */
PfTrayState pf_tray_state_find(PfAgentModel *model, GListModel *offers);

/* Icon name; static. */
const char *pf_tray_state_get_icon_name(PfTrayState state);

/* Does the person have to do something about it? */
gboolean pf_tray_state_wants_person(PfTrayState state);

/* The state in a line, without foreign text; the caller's. */
char *pf_tray_state_dup_summary(PfAgentModel *model, GListModel *offers);

/* Which token, which programs, until when, and why no more: lines of plain text, the caller's.
 * Hosts may take a tooltip for markup; nothing in it can be taken for that. */
char *pf_tray_state_dup_tool_tip(PfAgentModel *model, GListModel *offers);
