/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tells the agent what the app does to tokens. */
#pragma once

#include <gio/gio.h>

/* Calls METHOD of Agent1 with ARGUMENTS (floating), for TIMEOUT_MS at most; 0: it is not answered,
 * and done when it is on its way. Does not start the agent: one that does not run has no PIN. */
void pf_token_note_call_async(const char *method, GVariant *arguments, guint timeout_ms,
                              GAsyncReadyCallback callback, gpointer user_data);

/* The connection on which the agent answered, or was told, the caller's: what it has begun ends
 * with that. NULL: it refused, or does not answer, or is not there, which is no error of who tells
 * it. */
GDBusConnection *pf_token_note_call_finish(GAsyncResult *result, GError **error);

/* Of an error of the above: is there no agent at all? */
gboolean pf_token_note_is_absence(const GError *error);
