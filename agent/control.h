/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfControl: org.pinfold.Agent1 on the session bus: looks and forgets, never grants (DESIGN 8). */
#pragma once

#include <gio/gio.h>

#include "cache.h"
#include "pcsc-watcher.h"
#include "reset-report.h"
#include "session-watcher.h"
#include "token-registry.h"

#define PF_TYPE_CONTROL pf_control_get_type()
G_DECLARE_FINAL_TYPE(PfControl, pf_control, PF, CONTROL, GObject)

/* Main thread only. Signal "name-lost" (gboolean bus_gone): another agent has the name, or the bus
 * went away; never told where there was no session bus from the start. Signal "app-wanted":
 * somebody asks for the app while there is no prompter. */
PfControl *pf_control_new(PfCache *cache, PfTokenRegistry *registry, PfPcscWatcher *watcher);

/* Whose findings Diagnose has, too. REPORT must be good until pf_control_stop(). */
void pf_control_set_session_watcher(PfControl *self, PfSessionWatcher *session);
void pf_control_set_reset_report(PfControl *self, const PfResetReport *report);

/* Asks for the name, which nobody can take away then; if another program has it already, says so in
 * the log and waits for it. Without a session bus it does nothing but say so in the log: the
 * private socket is served all the same. */
void pf_control_start(PfControl *self);

/* Gives the name back after sending what is to be sent. */
void pf_control_stop(PfControl *self);

/* The process PID registered as the prompter; 0: it left. */
void pf_control_set_prompter(PfControl *self, pid_t pid);
