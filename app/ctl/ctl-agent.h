/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The agent as pinfoldctl reaches it. Everything here blocks: a command does one thing and ends. */
#pragma once

#include "ctl-exit.h"
#include "pf-agent-dbus.h"

/* A proxy of the running agent, which is started if need be; the caller's. NULL with an error fit
 * for a person; G_IO_ERROR_ADDRESS_IN_USE: another program has its name. */
PfDBusAgent1 *pf_ctl_agent_connect(GError **error);

/* Rewrites what a call failed with: the remote error's text without its D-Bus name. */
void pf_ctl_agent_clean_error(GError *error);

/* Says why a call failed, or the agent could not be reached; how the command ends then. */
PfCtlExit pf_ctl_agent_fail(GError *error);
