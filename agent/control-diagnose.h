/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What Diagnose returns: the agent's findings, in order from reader to program. */
#pragma once

#include <gio/gio.h>

#include "reset-report.h"
#include "session-watcher.h"
#include "token-registry.h"

/* A floating aa{sv}, as the XML of Agent1.Diagnose says. Of SESSION and RESETS nothing is said
 * where they are NULL. */
GVariant *pf_control_diagnose_build(PfTokenRegistry *registry, PfPcscWatcher *watcher,
                                    PfSessionWatcher *session, const PfResetReport *resets,
                                    gboolean prompter_present);
