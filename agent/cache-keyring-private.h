/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the parts of PfCacheKeyring share: cache-keyring.c (when it is used, what becomes of what is
 * stored), cache-lookups.c (requests that wait for it). */
#pragma once

#include "cache-keyring.h"
#include "keyring-job.h"

struct PfCacheKeyring {
    PfCache *cache; /* borrowed */
    gboolean is_allowed;
    gboolean is_sealed;     /* every token but the exceptions */
    GHashTable *exceptions; /* set of URIs */
    GHashTable *lent;       /* set of URIs whose stored PIN is used, or fetched for that */
    GHashTable *refused;    /* set of URIs whose stored PIN was wrong; the next dialog says so */
    GPtrArray *lookups;
    GPtrArray *jobs; /* of PfKeyringJob, running */
};

/* JOB has begun; it is taken off when it is done. */
void pf_cache_keyring_note_job(PfCacheKeyring *self, PfKeyringJob *job);

/* May what is stored be used without a dialog, by REQUEST and for what the token shows? Not where a
 * cached PIN would not be presented, nor for a login that has come meanwhile, nor by a program that
 * has no right to one which is there, or that the person never wanted to have one (DESIGN 5, 6). */
gboolean pf_cache_keyring_may_use(PfCacheKeyring *self, const PfLeaseRequest *request,
                                  const PfDialogDetails *details);

/* Could a PIN of TOKEN be in the keyring at all? One that cannot be told from its sibling has none.
 */
gboolean pf_cache_keyring_may_have(PfCacheKeyring *self, const char *token);

/* Lookups (cache-lookups.c) */
void pf_cache_keyring_free_lookup(gpointer lookup);

/* The stored PIN of TOKEN was not presented, or was right. */
void pf_cache_keyring_settle(PfCacheKeyring *self, const char *token);

/* Nobody has the stored PIN of TOKEN any more: who waits for it may have it, one after the other.
 */
void pf_cache_keyring_end_lent(PfCacheKeyring *self, const char *token);

/* The same, called by the job that has put the stored PIN in order, or removed it. */
void pf_cache_keyring_on_lent_settled(PfKeyringJob *job, PfKeyringResult *result, gpointer data);
