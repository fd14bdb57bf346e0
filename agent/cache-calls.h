/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the private socket asks of the cache: the methods of Cache1 behind their messages.
 *
 * A CONNECTION is an opaque name for one peer connection. Failures are PF_CACHE_ERROR. Main thread
 * only. */
#pragma once

#include "agent-settings.h"
#include "cache.h"
#include "config.h"
#include "consent-store.h"
#include "process-context.h"
#include "prompt-broker.h"

/* Takes CONFIG over; keeps a reference to BROKER, SETTINGS and CONSENTS. */
PfCache *pf_cache_new(PfConfig *config, PfAgentSettings *settings, PfPromptBroker *broker,
                      PfConsentStore *consents, GError **error);

/* The context of a process, or NULL. */
PfProcessContext *pf_cache_find_context(PfCache *cache, const PfPeerIdentity *identity);

/* A context for a process that has none. Takes IDENTITY over, also on failure. */
PfProcessContext *pf_cache_add_context(PfCache *cache, PfPeerIdentity *identity, GError **error);

/* CONNECTION belongs to CONTEXT from now on. FALSE when the process has too many. */
gboolean pf_cache_add_connection(PfCache *cache, PfProcessContext *context, gpointer connection,
                                 GError **error);

/* CONNECTION is closed; the context may be gone when this returns. */
void pf_cache_connection_closed(PfCache *cache, PfProcessContext *context, gpointer connection);

/* The process has changed its executable: as if it had ended. */
void pf_cache_end_context(PfCache *cache, PfProcessContext *context);

/* How the cache closes a connection whose context has ended; the connection must not mention that
 * context any more. */
typedef void (*PfCacheCloseFunc)(gpointer connection);
void pf_cache_set_close_func(PfCache *cache, PfCacheCloseFunc func);

/* Hello: a module instance on CONNECTION; its board's descriptor, borrowed, or -1. */
int pf_cache_add_instance(PfCache *cache, PfProcessContext *context, gpointer connection,
                          GError **error);
int pf_cache_get_life_fd(PfCache *cache);

/* The triple token, app_id, explicit_id of Cache1. */
typedef struct {
    const char *token;
    guint64 app_id;
    gboolean is_explicit;
} PfCacheDomainArg;

gboolean pf_cache_sessions_changed(PfCache *cache, PfProcessContext *context,
                                   const PfCacheDomainArg *domain, guint32 count,
                                   guint32 *ret_entry, GError **error);

/* PIN is taken. */
gboolean pf_cache_store_login(PfCache *cache, PfProcessContext *context,
                              const PfCacheDomainArg *domain, PfSecret *pin, guint64 token_flags,
                              GError **error);
void pf_cache_logout(PfCache *cache, PfProcessContext *context, const PfCacheDomainArg *domain);

/* OpenId and CloseId. */
gboolean pf_cache_open_id(PfCache *cache, const char *token, guint64 app_id, GError **error);
void pf_cache_close_id(PfCache *cache, const char *token, guint64 app_id);

gboolean pf_cache_begin_officer(PfCache *cache, PfProcessContext *context,
                                const PfCacheDomainArg *domain, GError **error);
void pf_cache_end_officer(PfCache *cache, PfProcessContext *context,
                          const PfCacheDomainArg *domain);
void pf_cache_report_token(PfCache *cache, PfProcessContext *context,
                           const PfReportedToken *report);

/* What ReportKeys says. */
typedef struct {
    const GPtrArray *certificates; /* of GBytes: of keys that do not ask each time */
    gboolean are_all;
} PfCacheKeysArg;

/* RET_ARE_FOR_SIGNATURES: all that were told of. */
gboolean pf_cache_report_keys(PfCache *cache, PfProcessContext *context,
                              const PfCacheDomainArg *domain, const PfCacheKeysArg *keys,
                              gboolean *ret_are_for_signatures, GError **error);

typedef struct PfPinLease PfPinLease;

/* A call that is answered later. `answer` is called once: with a lease (borrowed; NULL for
 * ConfirmTry), or with an error. `wait` is called twice a second until then. */
typedef struct {
    void (*answer)(gpointer data, const PfPinLease *lease, const GError *error);
    void (*wait)(gpointer data);
    gpointer data;
} PfLeaseCall;

/* What Prompt and PromptChange know; strings are borrowed, NULL where absent. */
typedef struct {
    gboolean is_change; /* PromptChange */
    const char *purpose;
    const char *operation;
    const char *slot_description;
    const char *key_label;
    guint32 min_len;
    guint32 max_len;
    guint64 token_flags;
} PfPromptArg;

/* What a PIN, or a window that is open, is used for. Foreign text, borrowed; "" where unknown. */
typedef struct {
    const char *operation;
    const char *key_label;
} PfCacheUseArg;

void pf_cache_take_pin(PfCache *cache, PfProcessContext *context, gpointer connection,
                       const PfCacheDomainArg *domain, const PfCacheUseArg *use,
                       const PfLeaseCall *call);

/* NoteUse: CONTEXT uses the login by a window that it opened before. */
void pf_cache_note_use(PfCache *cache, PfProcessContext *context, const PfCacheDomainArg *domain,
                       const PfCacheUseArg *use);

/* Prompt and PromptChange. */
void pf_cache_prompt(PfCache *cache, PfProcessContext *context, gpointer connection,
                     const PfCacheDomainArg *domain, guint64 previous, const PfPromptArg *details,
                     const PfLeaseCall *call);
void pf_cache_confirm_try(PfCache *cache, PfProcessContext *context, gpointer connection,
                          const PfCacheDomainArg *domain, const PfPromptArg *details,
                          const PfLeaseCall *call);

/* Whatever becomes of the lease, nobody is logged in by it: its holder does not wait to hear so. */
void pf_cache_void_lease(PfCache *cache, gpointer connection, guint64 lease);
gboolean pf_cache_end_lease(PfCache *cache, gpointer connection, guint64 lease,
                            PfLeaseResult result, guint64 token_flags, gboolean *ret_cached,
                            GError **error);
