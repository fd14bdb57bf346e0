/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What Diagnose returns: what only the agent can see of itself and its session. */
#pragma once

#include <gio/gio.h>

#include "reset-report.h"
#include "session-watcher.h"

/* A floating aa{sv}, as the XML of Agent1.Diagnose says. Of SESSION and RESETS nothing is said
 * where they are NULL. */
GVariant *pf_control_diagnose_build(PfSessionWatcher *session, const PfResetReport *resets,
                                    gboolean prompter_present);
