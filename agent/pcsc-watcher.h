/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPcscWatcher: what happens at the card readers, told on the main context without any polling.
 *
 * Main thread only; a thread of its own is blocked in PC/SC. Signals:
 *
 *   "reader-added" (const char *name), "reader-removed" (const char *name)
 *   "card-inserted" (const char *reader), "card-removed" (const char *reader)
 *   "availability-changed" (): pcscd came or went.
 *
 * A card's removal comes before its reader's. A card that was out and in again between two looks is
 * told as removed and inserted. When pcscd goes, every card and reader is told as removed. */
#pragma once

#include <glib-object.h>

#include "pcsc-api.h"
#include "pcsc-loop.h"

#define PF_TYPE_PCSC_WATCHER pf_pcsc_watcher_get_type()
G_DECLARE_FINAL_TYPE(PfPcscWatcher, pf_pcsc_watcher, PF, PCSC_WATCHER, GObject)

/* API: &pf_pcsc_api, or a script. SOCKET_PATH: pcscd's socket; NULL: by libpcsclite's rule. Signals
 * come on the caller's thread-default main context, none from within this call. */
PfPcscWatcher *pf_pcsc_watcher_new(const PfPcscApi *api, const char *socket_path);

/* Ends the thread; no signal comes afterwards. Called by the last unref, too. */
void pf_pcsc_watcher_stop(PfPcscWatcher *self);

/* Is there a pcscd? */
gboolean pf_pcsc_watcher_is_available(PfPcscWatcher *self);

/* The readers as last told, of PfPcscReader; borrowed, valid until the next signal. */
const GPtrArray *pf_pcsc_watcher_get_readers(PfPcscWatcher *self);

/* The reader NAME, or NULL; borrowed as above. */
const PfPcscReader *pf_pcsc_watcher_find_reader(PfPcscWatcher *self, const char *name);

/* Looks for pcscd now, if it is away: for a person who asks (Diagnose). */
void pf_pcsc_watcher_retry(PfPcscWatcher *self);
