/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the parts of PfCache share: cache.c (state, forgetting), cache-settings.c (what changes
 * under running programs), cache-status.c (what can be seen), cache-members.c (processes, sessions,
 * logins), cache-domains.c (who is in which domain), cache-ids.c (open IDs, security officers),
 * cache-keys.c (tokens for signatures), cache-leases.c (the queue), cache-holders.c (whose turn it
 * is), cache-verdicts.c (what a token says of a PIN), cache-losses.c (who or what has gone),
 * cache-prompts.c (the person), cache-tries.c (the last try), cache-consent.c (what the person lets
 * programs do), cache-keyring.c (stored PINs), cache-wakes.c (whom one answer serves),
 * cache-forget.c (what is lent when a PIN is forgotten), cache-windows.c (what is still open then),
 * cache-timers.h (timeouts), cache-history.h (what is told of it).
 */
#pragma once

#include "cache-calls.h"
#include "cache-consent.h"
#include "cache-domains.h"
#include "cache-history.h"
#include "cache-keyring.h"
#include "cache-timers.h"
#include "domain-set.h"
#include "life-page.h"
#include "pin-lease.h"
#include "pin-warnings.h"
#include "program-groups.h"
#include "rejected-pins.h"
#include "sharing-rule.h"
#include "signature-tokens.h"
#include "token-rules.h"

struct _PfCache {
    GObject parent_instance;
    PfConfig *config;
    PfAgentSettings *settings;
    PfPromptBroker *broker;
    PfLifePage *life;
    int life_fd;
    PfCacheCloseFunc close_connection;

    PfCacheMode mode;
    PfSharing sharing;
    PfProgramGroups *groups;
    GVariant *groups_value; /* they were made of it */
    GHashTable *group_ids;  /* name -> guint64 *: drawn, for groups without one */
    gboolean shares_by_default;
    guint64 default_group_id; /* of programs in no group */
    PfTokenRules *rules;
    GVariant *rules_value;
    PfSignatureTokens *signature_tokens;
    gboolean confirms;      /* a cached PIN may serve one use of a key when the person agrees */
    GPtrArray *contexts;    /* of PfProcessContext */
    GHashTable *identities; /* PfPeerIdentity -> its context */
    GPtrArray *domains;     /* of PfLoginDomain, one reference each */
    GHashTable *sets;       /* of PfDomainSet */
    guint open_ids;         /* how many sets are open */
    const PfConsentHooks *consent;
    gpointer consent_data;
    PfCacheConsent *decisions; /* whose hooks these are */
    PfCacheKeyring *keyring;
    guint64 last_context;
    guint64 last_serial; /* of logins */

    PfRejectedPins *rejected; /* NULL: no locked memory, nothing is cached */
    PfPinWarnings *warnings;
    GStrv doubled;      /* tokens that are in several readers */
    GHashTable *queues; /* token -> PfLeaseQueue */
    guint64 last_lease;
    GPtrArray *prompting; /* PfLeaseRequest whose dialog is not answered */
    GHashTable *retries;  /* lease -> PfPromptRetry: rejected, its dialog waits */
    guint said_prompting; /* how many of these were logged last */
    guint waiting_timer;  /* runs only while a call waits */
    guint wakes_source;   /* of pf_cache_settle_wakes() */
    PfCacheTimers *timers;
    PfHistory *history;
    guint still_open_look; /* runs only while a window has outlived its PIN */
};

/* A rejected prompt whose dialog stays for the next try. */
typedef struct {
    PfCache *cache;
    guint64 lease;
    PfProcessContext *context;
    PfPrompt *prompt;
    guint timeout;
} PfPromptRetry;

void pf_prompt_retry_free(PfPromptRetry *retry);

/* Something that GetStatus shows has changed. */
void pf_cache_emit_changed(PfCache *cache);

/* What pf_cache_list_consents() says has changed. */
void pf_cache_emit_consents_changed(PfCache *cache);

/* What the keyring has of Pinfold has changed. */
void pf_cache_emit_stored_pins_changed(PfCache *cache);

/* The token has taken a PIN, or refused one. */
void pf_cache_emit_pin_presented(PfCache *cache, const char *token_uri, gboolean accepted);

/* The domain's PIN, if it has one, is wiped, the domain public or asleep; says so to everybody.
 * Returns whether there was a PIN. */
gboolean pf_cache_log_out_domain(PfCache *cache, PfLoginDomain *domain, PfForgetReason reason);
gboolean pf_cache_put_to_sleep(PfCache *cache, PfLoginDomain *domain, PfForgetReason reason);

/* Nothing that was asked of the person, or lent, before now may log DOMAIN in. */
void pf_cache_void_stores(PfCache *cache, const PfLoginDomain *domain);

/* Dormant without sessions; forgotten by the cache without members. */
void pf_cache_check_domain(PfCache *cache, PfLoginDomain *domain, PfForgetReason reason);

/* All domains of an ID on a token; NULL: there is none yet. */
PfDomainSet *pf_cache_find_set(PfCache *cache, const char *token, guint64 app_id,
                               gboolean is_shareable);
PfDomainSet *pf_cache_get_set(PfCache *cache, const char *token, guint64 app_id,
                              gboolean is_shareable);

/* All domains, for what may end some of them or begin new ones: free with g_ptr_array_unref(). */
GPtrArray *pf_cache_copy_domains(PfCache *cache);

/* DOMAIN is public from now on: nothing keeps the others of its ID apart from it. */
void pf_cache_reunite(PfCache *cache, PfLoginDomain *domain);

/* The domain of SET that takes logins. */
PfLoginDomain *pf_cache_get_login_domain(PfCache *cache, PfDomainSet *set);

/* Does DOMAIN live without sessions and processes? */
gboolean pf_cache_is_open(const PfLoginDomain *domain);

/* Where an entry of CONTEXT that names the ID belongs now. */
PfLoginDomain *pf_cache_find_place(PfCache *cache, PfProcessContext *context, const char *token,
                                   guint64 app_id, gboolean is_shareable,
                                   PfAdmission *ret_admission);

/* The entry of a call, or -1 with PF_CACHE_ERROR_NO_DOMAIN. */
int pf_cache_find_entry(PfCache *cache, PfProcessContext *context, const PfCacheDomainArg *domain,
                        GError **error);

/* The entry's process has proved PIN, which is taken: its ID is logged in by it, in the domain that
 * is logged in already or in its own, and each entry of the ID is where it belongs. HOW is for the
 * history. Returns whether the entry is logged in when the function returns. */
gboolean pf_cache_log_in(PfCache *cache, PfProcessContext *context, unsigned entry, PfSecret *pin,
                         const char *how);

/* Is there a screen for dialogs, as far as the agent knows? */
gboolean pf_cache_has_display(PfCache *cache);

/* Writes mode and settings to a context's page. */
void pf_cache_publish_policy(PfCache *cache, PfProcessContext *context);

/* A random ID that nobody has. */
guint64 pf_cache_draw_id(void);

/* The ID of CONTEXT's sessions on TOKEN that set none, and whether others may name it. */
guint64 pf_cache_get_default_id(PfCache *cache, PfProcessContext *context, const char *token,
                                gboolean *ret_shareable);

/* Draws an ID for CONTEXT, and writes what it has to its page. */
void pf_cache_renew_own_id(PfCache *cache, PfProcessContext *context);

/* Does a rule, or for lack of one do TOKEN's keys, say that its PINs are never kept? */
gboolean pf_cache_is_never(PfCache *cache, const char *token);

/* Ends the logins on all tokens whose PINs must not be kept any more. */
void pf_cache_log_out_not_kept(PfCache *cache);

/* May PINs of TOKEN be kept? */
gboolean pf_cache_may_keep(PfCache *cache, const char *token);

/* An officer without sessions is logged out (cache-ids.c). */
void pf_cache_check_officer(PfCache *cache, PfProcessContext *context, unsigned entry);

/* Settings (cache-settings.c) */
void pf_cache_read_settings(PfCache *cache);
void pf_cache_on_settings_changed(PfCache *cache);
void pf_cache_drop_settings(PfCache *cache);

/* What is lent of DOMAIN is wiped here while its holder goes on, whose verdict is still worth
 * knowing (cache-forget.c). */
void pf_cache_strip_lease(PfCache *cache, const PfLoginDomain *domain);

/* Is PIN the one that was lent? */
gboolean pf_cache_is_pin_of_lease(PfCache *cache, const PfPinLease *lease, const PfSecret *pin);

/* DOMAIN's PIN is forgotten: windows that are open by it are shown as that until they close, which
 * "changed" tells (cache-windows.c). */
void pf_cache_note_still_open(PfCache *cache, const PfLoginDomain *domain);

/* Leases (cache-leases.c) */
PfLeaseQueue *pf_cache_get_queue(PfCache *cache, const char *token);
void pf_cache_enqueue(PfCache *cache, PfLeaseRequest *request);

/* Grants the next lease if there is none; frees the queue when it is empty. */
void pf_cache_serve_queue(PfCache *cache, PfLeaseQueue *queue);

void pf_cache_update_waiting_timer(PfCache *cache);

/* Ends a request with an error: dialog withdrawn, call answered, request freed. */
void pf_cache_fail_request(PfCache *cache, PfLeaseRequest *request, int code, const char *message);

/* Can DOMAIN's own PIN be leased now? */
gboolean pf_cache_may_lend(PfCache *cache, PfLoginDomain *domain);

/* Holders (cache-holders.c): the queue's lease has begun, or begun anew. */
void pf_cache_watch_holder(PfLeaseQueue *queue);

/* Others begin to wait for the queue's lease, and its holder is to be told so. */
void pf_cache_await_holder(PfLeaseQueue *queue);

/* Has the holder said on its board that LEASE is over (state-page.h)? */
gboolean pf_cache_is_lease_over(const PfPinLease *lease);

/* Ends the queue's lease if it is over; the next one is not granted. Returns whether it did. */
gboolean pf_cache_settle_queue(PfCache *cache, PfLeaseQueue *queue);

/* Ends the lease of TOKEN (NULL: all) whose holder has written to its board that it is over; its
 * PIN is wiped. Who waits is granted the next one soon, not from within this call. */
void pf_cache_settle_leases(PfCache *cache, const char *token);

/* Ends the queue's lease as RESULT says; the next one is not granted. Returns whether the domain is
 * logged in by its PIN (cache-verdicts.c). */
gboolean pf_cache_finish_lease(PfCache *cache, PfLeaseQueue *queue, PfLeaseResult result,
                               guint64 token_flags);

/* Leases and requests that end unsaid (cache-losses.c) */
void pf_cache_lose_lease(PfCache *cache, PfLeaseQueue *queue, PfForgetReason reason);
void pf_cache_drop_lease_calls(PfCache *cache, const PfProcessContext *context,
                               gconstpointer connection);
void pf_cache_lose_token_lease(PfCache *cache, const char *token, PfForgetReason reason);

/* What the person has answered for TOKEN (NULL: any) as it was is not presented any more. */
void pf_cache_drop_token_waiting(PfCache *cache, const char *token);

/* Likewise what came out of the keyring for it. */
void pf_cache_drop_stored_waiting(PfCache *cache, const char *token);

/* Prompts (cache-prompts.c) */
void pf_cache_drop_prompt_calls(PfCache *cache, const PfProcessContext *context,
                                gconstpointer connection);
void pf_cache_drop_token_prompts(PfCache *cache, const char *token);
void pf_cache_keep_prompt_for_retry(PfCache *cache, PfPinLease *lease);

/* A login has come or gone: calls that wait for a dialog about it, which need none any more, go on
 * (cache-wakes.c). Soon, not from within this call. */
void pf_cache_settle_wakes(PfCache *cache);

/* What a dialog about TOKEN shows of CONTEXT's program. The caller's. */
PfDialogDetails *pf_cache_make_details(PfProcessContext *context, const char *token,
                                       const PfPromptArg *arg);

/* REQUEST gets a dialog of its own and is one of those that wait for a person; DETAILS are taken.
 */
void pf_cache_ask(PfCache *cache, PfLeaseRequest *request, PfDialogDetails *details);

/* Why the person is not asked, or -1: CONTEXT's program has been told no a moment ago, if
 * MAY_REMEMBER, or asks too much; IS_JOINED: by a question that waits already. */
int pf_cache_find_prompt_refusal(PfCache *cache, PfProcessContext *context, const char *token,
                                 gboolean may_remember, gboolean is_joined,
                                 const char **ret_message);

/* The person has agreed to the try that REQUEST asks for; it is consumed. */
void pf_cache_use_confirmed_try(PfCache *cache, PfLeaseRequest *request);

/* The person said no to CONTEXT and TOKEN: also to the logins that it has asked for meanwhile, and
 * for some seconds. */
void pf_cache_remember_cancel(PfCache *cache, PfProcessContext *context, const char *token);

/* The dialog of REQUEST goes, another one asks for the PIN. */
void pf_cache_ask_pin_instead(PfCache *cache, PfLeaseRequest *request);
