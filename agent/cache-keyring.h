/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCacheKeyring: when a PIN is put into the person's keyring, and when the one there is used
 * instead of a dialog (DESIGN 4.12, 6, 8). A part of PfCache; main thread only.
 *
 * Whatever makes Pinfold forget because the person may be away, or because something is amiss,
 * seals stored PINs: none is used for the token before a PIN that was typed for it in the dialog
 * was right. */
#pragma once

#include "cache-calls.h"
#include "pin-lease.h"

typedef struct PfCacheKeyring PfCacheKeyring;

PfCacheKeyring *pf_cache_keyring_new(PfCache *cache);

/* NULL is fine. */
void pf_cache_keyring_free(PfCacheKeyring *keyring);

/* The setting allow-keyring. Turned off, it removes what is stored. */
void pf_cache_keyring_set_allowed(PfCacheKeyring *keyring, gboolean is_allowed);
gboolean pf_cache_keyring_is_allowed(const PfCacheKeyring *keyring);

/* REQUEST wants the dialog of DETAILS. If the keyring may have something to say, takes both over
 * and returns TRUE: the request gets the stored PIN, or its dialog, PF_KEYRING_WAIT_MS after the
 * keyring or the program that has the PIN has stopped answering. */
gboolean pf_cache_keyring_take_prompt(PfCacheKeyring *keyring, PfLeaseRequest *request,
                                      PfDialogDetails *details);

/* REQUEST is about to be freed without a lease. */
void pf_cache_keyring_drop_request(PfCacheKeyring *keyring, const PfLeaseRequest *request);

/* The lease is about to end with RESULT, its PIN still in it. */
void pf_cache_keyring_end_lease(PfCacheKeyring *keyring, const PfPinLease *lease,
                                PfLeaseResult result, guint64 token_flags);

/* Nobody knows how the lease ended. */
void pf_cache_keyring_lose_lease(PfCacheKeyring *keyring, const PfPinLease *lease);

/* Stored PINs of TOKEN (NULL: of every token) wait for the person; what is on its way out of or
 * into the keyring is wiped. */
void pf_cache_keyring_seal(PfCacheKeyring *keyring, const char *token);

/* TOKEN has another PIN now, perhaps: what is stored is removed, and sealed. */
void pf_cache_keyring_forget(PfCacheKeyring *keyring, const char *token);
