/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The programs that a person can put into a group. */
#pragma once

#include <gio/gio.h>

#include "program-item.h"

/* The programs connected to the agent, by DOMAINS of Agent1.GetStatus (NULL: none), each once and
 * sorted; the caller owns the array of PfProgramItem. Programs whose executable the agent could not
 * read are left out: nothing could know them again. */
GPtrArray *pf_program_list_connected(GVariant *domains);

/* The installed applications that a menu shows, likewise. */
GPtrArray *pf_program_list_installed(void);
