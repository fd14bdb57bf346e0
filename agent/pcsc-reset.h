/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* One reset of the card in a reader, on a thread of its own: PC/SC lets nobody reset a card in the
 * middle of another's transaction, and a pcscd that is stopped answers never. */
#pragma once

#include <gio/gio.h>

#include "pcsc-api.h"

/* Connects to READER, shared with whoever uses the card, and resets it in going. What others have
 * begun as one transaction ends first. There is no cancelling; the callback comes on the caller's
 * thread-default main context. */
void pf_pcsc_reset_async(const PfPcscApi *api, const char *reader, GAsyncReadyCallback callback,
                         gpointer user_data);

/* Errors of G_IO_ERROR: NOT_FOUND (there is no card in the reader, or no such reader), BUSY
 * (somebody has the card for itself), FAILED. */
gboolean pf_pcsc_reset_finish(GAsyncResult *result, GError **error);

/* Waits on this thread until no reset is under way, until DEADLINE (monotonic µs) at most: for the
 * end of the process. Callbacks that are due do not come. */
gboolean pf_pcsc_reset_wait(gint64 deadline);
