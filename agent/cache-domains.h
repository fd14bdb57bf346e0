/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: which domain an entry is in, and by what right (DESIGN 5). Main thread only.
 *
 * Whatever moves an entry has written its page when it returns. */
#pragma once

#include "cache-calls.h"

/* What the cache asks and tells whoever keeps the person's decisions. Any may be NULL. None may
 * move entries from within, but `login_ended` and `context_gone` may close questions. */
typedef struct {
    /* Is there a decision that lets CONTEXT into DOMAIN? */
    gboolean (*has_consent)(gpointer data, PfProcessContext *context, const PfLoginDomain *domain);
    /* A session was opened by ENTRY, whose ID is logged in or asleep in CLOSED, without a right. */
    void (*offer)(gpointer data, PfProcessContext *context, unsigned entry, PfLoginDomain *closed);
    /* DOMAIN is public from now on: what was decided for its login only, or was still asked about
     * it, is void. */
    void (*login_ended)(gpointer data, const PfLoginDomain *domain);
    /* The entry has come into DOMAIN, which is logged in or asleep, or has left it. */
    void (*admitted)(gpointer data, PfProcessContext *context, unsigned entry,
                     const PfLoginDomain *domain);
    /* CONTEXT is about to be freed. */
    void (*context_gone)(gpointer data, PfProcessContext *context);
} PfConsentHooks;

/* HOOKS and DATA must live as long as the cache, or until they are set to NULL. */
void pf_cache_set_consent_hooks(PfCache *cache, const PfConsentHooks *hooks, gpointer data);

/* The logged in or asleep shared domain of the entry's ID and token in which the context is not;
 * NULL: none. */
PfLoginDomain *pf_cache_find_closed_login(PfCache *cache, PfProcessContext *context,
                                          unsigned entry);

/* Moves the entry into DOMAIN, of the same ID and token; noted as ADMISSION. */
void pf_cache_admit(PfCache *cache, PfProcessContext *context, unsigned entry,
                    PfLoginDomain *domain, PfAdmission admission);

/* Moves the entry into a public domain of its own. */
void pf_cache_expel(PfCache *cache, PfProcessContext *context, unsigned entry);

/* The one place that asks whether CONTEXT has a right to DOMAIN, which is logged in or is about to
 * be: it is in already by proof, the rule on sharing, or a decision of the person. */
gboolean pf_cache_has_right(PfCache *cache, PfProcessContext *context, const PfLoginDomain *domain,
                            PfAdmission *ret_admission);

/* Everybody who is in DOMAIN, which is logged in or asleep, without a right leaves; everybody who
 * names its ID elsewhere and has the right comes in. For a rule or a decision that has changed. */
void pf_cache_settle(PfCache *cache, PfLoginDomain *domain);

/* What a person calls the programs that share APP_ID: the name of a group; NULL: it has none.
 * Borrowed until the settings change. */
const char *pf_cache_get_group_name(PfCache *cache, guint64 app_id);

/* Is it the ID of the programs that are in no group? It is drawn anew when the agent starts. */
gboolean pf_cache_is_default_group(PfCache *cache, guint64 app_id);
