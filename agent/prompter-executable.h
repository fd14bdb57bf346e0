/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Which executable may be the prompter: the app that belongs to the agent's own executable; and
 * which is the command line that belongs to it. */
#pragma once

#include "peer-identity.h"

/* Notes the agent's own executable; called once, before the process turns non-dumpable. */
void pf_prompter_executable_init(void);

/* The app's path; NULL when it is not known. Borrowed. */
const char *pf_prompter_executable_get_app(void);

/* Does IDENTITY run that app (device and inode, as they are now)? */
gboolean pf_prompter_executable_matches(const PfPeerIdentity *identity);

/* Does IDENTITY run that installation's pinfoldctl? Its login asks in the dialog. */
gboolean pf_prompter_executable_is_command(const PfPeerIdentity *identity);
