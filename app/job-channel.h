/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfJobChannel: this side of what agent/tokens/tokens-progress.h says. */
#pragma once

#include <gio/gio.h>

/* STEP is a word of agent/tokens/tokens-progress.h, or one of a newer helper. */
typedef void (*PfJobProgress)(const char *step, guint done, guint total, gpointer user_data);

typedef struct PfJobChannel PfJobChannel;

/* Calls ON_PROGRESS (NULL: nobody wants to know) on the caller's main context, and tells the helper
 * to stop when STOP (NULL: never) is cancelled. NULL where the system has none: work goes on
 * without.
 */
PfJobChannel *pf_job_channel_new(PfJobProgress on_progress, gpointer user_data, GCancellable *stop);

/* The helper's end, -1 of NULL; the channel's own. */
int pf_job_channel_get_fd(PfJobChannel *channel);

/* No call comes after this. NULL is fine. */
void pf_job_channel_free(PfJobChannel *channel);
