/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What Diagnose returns: the agent's findings, in order from reader to program. */
#pragma once

#include <gio/gio.h>

#include "session-watcher.h"
#include "token-registry.h"

/* A floating aa{sv}, as the XML of Agent1.Diagnose says. SESSION NULL: nothing is said of it. */
GVariant *pf_control_diagnose_build(PfTokenRegistry *registry, PfPcscWatcher *watcher,
                                    PfSessionWatcher *session, gboolean prompter_present);
