/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tells by desktop notifications what happens to tokens and PINs, and that the agent is gone. */
#pragma once

#include "agent-model.h"

#include <gtk/gtk.h>

#define PF_TYPE_NOTIFIER (pf_notifier_get_type())
G_DECLARE_FINAL_TYPE(PfNotifier, pf_notifier, PF, NOTIFIER, GObject)

/* Tells what MODEL says by APPLICATION, which outlives the notifier. What happens within a moment
 * is told at once, and what is over by then not at all; what has to stay true is taken back with
 * the notifier. The caller owns it. Main thread. */
PfNotifier *pf_notifier_new(GtkApplication *application, PfAgentModel *model);
