/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What Diagnose returns: the agent's findings, in order from reader to program. */
#pragma once

#include <gio/gio.h>

#include "token-registry.h"

/* A floating aa{sv}, as the XML of Agent1.Diagnose says. */
GVariant *pf_control_diagnose_build(PfTokenRegistry *registry, PfPcscWatcher *watcher,
                                    gboolean prompter_present);
