/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Agent absence: one line for each state without an agent. */
#include "agent-absence.h"

#include <glib/gi18n.h>

const char *
pf_agent_absence_get_words(PfAgentModel *model)
{
    switch (pf_agent_model_get_state(model)) {
    case PF_AGENT_STATE_LOST:
        return _("PIN caching is off: the agent is not running");
    case PF_AGENT_STATE_FOREIGN:
        return _("Another program answers as Pinfold’s agent");
    case PF_AGENT_STATE_CONNECTING:
        return _("Looking for tokens…");
    case PF_AGENT_STATE_READY:
        break;
    }
    return NULL;
}
