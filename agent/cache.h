/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfCache: every process context, login domain and lease of this agent, and the rules that end
 * them.
 *
 * The one entry for everything that is not the private socket: the control interface enumerates and
 * forgets here, the PC/SC watcher and the token registry say here that a token is gone. Main thread
 * only. Signals:
 *
 *   "changed" (): something that GetStatus shows has changed; many of them may come at once.
 *   "forgotten" (const char *token_uri, guint64 app_id, const char *reason): a PIN was wiped; the
 *       reason is one of Agent1.Forgotten's.
 *   "token-reported" (const PfReportedToken *report): a module said what it saw of a token.
 *   "pin-presented" (const char *token_uri, gboolean accepted): the token has taken a PIN, or
 *       refused one, also one that a program gave it.
 *   "stored-pins-changed" (): something was put into the keyring, or removed.
 *   "consents-changed" (): pf_cache_list_consents() says something else.
 */
#pragma once

#include <gio/gio.h>

#include <p11-kit/pkcs11.h>

#include "history.h"
#include "wire-names.h"

typedef enum {
    PF_CACHE_MODE_OFF,
    PF_CACHE_MODE_PROCESS,
    PF_CACHE_MODE_SHARED,
} PfCacheMode;

/* Why a PIN was wiped. */
typedef enum {
    PF_FORGET_REMOVED,
    PF_FORGET_LAST_SESSION,
    PF_FORGET_LOGOUT,
    PF_FORGET_REJECTED,
    PF_FORGET_PIN_CHANGED,
    PF_FORGET_LEASE_LOST,
    PF_FORGET_MODE_CHANGED,
    PF_FORGET_SETTING_LOOSENED,
    PF_FORGET_COMMAND,
    PF_FORGET_PROCESS_GONE,
    PF_FORGET_ID_CLOSED,
    PF_FORGET_AGENT_STOP,
    PF_FORGET_SCREEN_LOCKED,
    PF_FORGET_SUSPEND,
    PF_FORGET_USER_SWITCH,
    PF_FORGET_SESSION_END,
    PF_FORGET_IDLE_TIMEOUT,
    PF_FORGET_MAX_LIFETIME,
} PfForgetReason;

/* The reason's name in Agent1.Forgotten. */
const char *pf_forget_reason_get_name(PfForgetReason reason);

#define PF_TYPE_CACHE pf_cache_get_type()
G_DECLARE_FINAL_TYPE(PfCache, pf_cache, PF, CACHE, GObject)

/* What Cache1.ReportToken said; strings are borrowed, NULL where the module does not know. */
typedef struct {
    const char *token_uri;
    PfTokenEvent event;
    const char *slot_description;
    CK_FLAGS token_flags; /* valid only with has_token_flags */
    gboolean has_token_flags;
    gboolean hardware;
} PfReportedToken;

/* One process of a domain. */
typedef struct {
    guint32 pid;
    char *exe;  /* "" when it cannot be read */
    char *name; /* as a person knows it */
    guint32 sessions;
    gboolean still_open; /* its operation has the token logged in, though the PIN is forgotten */
} PfDomainMemberInfo;

/* A domain as GetStatus shows it. */
typedef struct {
    guint64 app_id;
    char *token_uri;
    gboolean logged_in; /* a PIN is held */
    gboolean asleep;
    gboolean open;
    gint64 since;       /* Unix seconds of the login, 0 = never */
    gint64 idle_s;      /* since the PIN was last used */
    gint64 expires_s;   /* -1 = never */
    GPtrArray *members; /* of PfDomainMemberInfo */
} PfDomainInfo;

/* Which domains: all conditions must hold. Zero-initialised: every domain. */
typedef struct {
    const char *token_uri; /* NULL: any */
    gboolean has_app_id;
    guint64 app_id;
    guint32 pid; /* 0: any; else the domain has that process as a member */
} PfDomainFilter;

/* The mode in force now. */
PfCacheMode pf_cache_get_mode(PfCache *cache);

/* Every domain that has sessions, a PIN, or is asleep or open. Free with g_ptr_array_unref(). */
GPtrArray *pf_cache_list_domains(PfCache *cache);

/* Forgets the PINs of matching domains; their sessions stay and the domains are asleep. Returns how
 * many PINs were wiped. */
guint pf_cache_forget(PfCache *cache, const PfDomainFilter *filter, PfForgetReason reason);

/* As pf_cache_forget() of every domain, and nothing that a person has answered before is left: for
 * when memory is about to be written to a disk. */
guint pf_cache_forget_before_sleep(PfCache *cache);

/* The person has gone: every domain is logged out, dialogs are withdrawn. What tokens have rejected
 * stays known. Returns how many PINs were wiped. */
guint pf_cache_end_session(PfCache *cache);

/* The token is gone or is no longer itself: PINs wiped, domains logged out, memory of rejections
 * dropped, a running lease lost. TOKEN_URI NULL means every token. Domains of the token are public
 * when this returns. */
void pf_cache_token_removed(PfCache *cache, const char *token_uri, PfForgetReason reason);

/* The token has other objects than before: its programs read them anew. */
void pf_cache_objects_changed(PfCache *self, const char *token_uri);

/* Nobody is granted the right to present a PIN to TOKEN_URI until it is released as often as it was
 * held: for the agent's own dealings with the card. */
void pf_cache_hold_token(PfCache *cache, const char *token_uri);
void pf_cache_release_token(PfCache *cache, const char *token_uri);

/* Is a PIN lent for the token, or has a program a window open on it? */
gboolean pf_cache_is_token_busy(PfCache *cache, const char *token_uri);

/* The agent has reset the card of TOKEN_URI: sessions stay what they are. */
void pf_cache_token_reset(PfCache *cache, const char *token_uri);

/* These tokens are in several readers at once, no others are: nothing tells whose PIN a PIN of them
 * is. What is held is forgotten as if the token had been removed, and nothing is kept. */
void pf_cache_set_doubled(PfCache *cache, const char *const *token_uris);

/* Why PINs of the token are never kept, as GetStatus has it: rule, keys, certificates; NULL: they
 * are, where the settings say so. */
const char *pf_cache_get_never_reason(PfCache *cache, const char *token_uri);

/* The tokens whose keys programs have told to be for signatures: free with g_strfreev(). And what
 * is known of one is forgotten, as it was removed. */
GStrv pf_cache_list_signature_tokens(PfCache *cache);
void pf_cache_forget_keys(PfCache *cache, const char *token_uri);

/* Who began at SINCE (monotonic µs) to ask the token itself has got these flags: that is the newest
 * that is known of its PIN, unless somebody has used one since. */
void pf_cache_note_token_flags(PfCache *cache, const char *token_uri, CK_FLAGS flags, gint64 since);

/* Ends an ID that was opened on a token, as CA_CloseApplicationID does: its sessions are closed in
 * every process. Returns whether there was one. */
gboolean pf_cache_close_opened_id(PfCache *cache, const char *token_uri, guint64 app_id);

/* What happened to its PINs, and what others add. Borrowed. */
PfHistory *pf_cache_get_history(PfCache *cache);

/* A setting that loosens, or wipes PINs, was changed to VALUE, one of a few words (NULL: it cannot
 * be told in a word). NAME is text that is never freed. */
void pf_cache_record_setting(PfCache *cache, const char *name, const char *value);

/* What a person has decided about a program, as Agent1.ListConsents shows it. */
typedef struct {
    char *id;
    char *program; /* the name shown; "" where there is none, as the icon */
    char *program_icon;
    char *executable;
    char *script; /* NULL where there is none, as the following */
    char *sandbox;
    char *token_uri;
    char *shared_id; /* "H:L"; NULL: of the group of everybody else */
    char *group;
    const char *decision; /* its name on the wire */
    gint64 since;         /* Unix seconds */
} PfConsentInfo;

/* Latest first. Free with g_ptr_array_unref(). */
GPtrArray *pf_cache_list_consents(PfCache *cache);

/* Takes back the decision ID, or all of them when it is "". Returns how many there were; who was
 * let in by one, and has not proved the PIN itself, is out. */
guint pf_cache_revoke_consent(PfCache *cache, const char *id);

/* The setting allow-keyring, as it is obeyed now. */
gboolean pf_cache_allows_keyring(PfCache *cache);
