/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The module's end of org.pinfold.Cache1: connections, shared pages, leases (DESIGN 9a).
 *
 * All functions may be called from any thread; none is called with a lock of the module held. Each
 * waits at most PF_WIRE_SILENCE_LIMIT_S for an agent that says nothing; only
 * pf_agent_link_prompt() and pf_agent_link_prompt_change() (a person) and pf_agent_link_take_pin()
 * (the queue) wait longer, while the agent shows life. The link starts no thread. Trouble of any
 * kind is an answer, never a failure of the caller's operation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "secret.h"
#include "state-page.h"
#include "token-id.h"
#include "wire-names.h"

typedef struct PfAgentLink PfAgentLink;

/* Which domain: a token and the ID of the sessions meant. */
typedef struct {
    char token[PF_TOKEN_URI_SIZE];
    uint64_t app_id; /* only with explicit_id */
    bool explicit_id;
} PfDomainRef;

typedef enum {
    PF_LINK_OK,
    PF_LINK_UNAVAILABLE,    /* no agent, agent lost, or silent too long */
    PF_LINK_NOT_CACHED,     /* the agent does not keep this PIN */
    PF_LINK_NOT_LOGGED_IN,  /* the domain is public */
    PF_LINK_ASLEEP,         /* the PIN was forgotten: ask by pf_agent_link_prompt() */
    PF_LINK_CANCELED,       /* by the person */
    PF_LINK_NO_PROMPTER,    /* nobody can be asked */
    PF_LINK_LOGGED_IN,      /* of a prompt: the domain is logged in now, and nothing to present */
    PF_LINK_BUSY,           /* another thread of this process has the PIN, and waits for the slot */
    PF_LINK_USER_LOGGED_IN, /* these three of pf_agent_link_begin_officer() */
    PF_LINK_OFFICER_LOGGED_IN, /* in another process */
    PF_LINK_READ_ONLY_EXISTS,  /* a read-only session, in whatever process */
    PF_LINK_REFUSED,           /* any other error answer */
} PfLinkStatus;

/* A PIN for one backend login. The secret is the caller's. */
typedef struct {
    uint64_t id;
    PfSecret *pin;
    bool is_cached;  /* not typed for this: presented only if pf_pin_rule_may_present_cached() */
    PfTokenId token; /* what the PIN is for; the caller, who knows it, writes it */
} PfLease;

/* Two PINs for one PIN change. The secrets are the caller's. */
typedef struct {
    uint64_t id;
    PfSecret *old_pin; /* NULL with purpose set */
    PfSecret *new_pin;
    PfTokenId token; /* as in PfLease */
} PfChangeLease;

/* What a module knows of a token; strings are borrowed, NULL where unknown. */
typedef struct {
    const char *slot_description;
    CK_FLAGS token_flags;
    bool hardware; /* CKF_HW_SLOT or CKF_REMOVABLE_DEVICE of the slot */
} PfTokenReport;

typedef struct {
    const char *purpose; /* login, wake, context; of a PIN change: change, set; last-try */
    const char
        *operation; /* of context and wake, as in PfUse; NULL: not known; last-try: of what */
    const char *slot_description;
    const char *key_label; /* NULL: no key is meant */
    CK_ULONG min_len;
    CK_ULONG max_len;
    CK_FLAGS token_flags;
} PfPromptDetails;

/* Makes a link without any contact. NULL for lack of memory. */
PfAgentLink *pf_agent_link_new(void);

/* Closes connections and unmaps. No other call may be running. NULL is fine. */
void pf_agent_link_free(PfAgentLink *link);

/* As free, in a forked child: touches no lock and sends nothing; the parent's connections stay as
 * they are. */
void pf_agent_link_abandon(PfAgentLink *link);

/* Connects and says Hello if there is no connection (at most one attempt a second); MAY_START also
 * asks the session bus to start the agent, once until the next success. Returns true when connected
 * now. */
bool pf_agent_link_contact(PfAgentLink *link, bool may_start);

/* 0 without a live agent, else a number that changes with each new contact: what was learnt from
 * another epoch (entries, leases) is void. One load or two, no system call. */
uint64_t pf_agent_link_get_epoch(PfAgentLink *link);

/* Bits of PfPolicy, and the release delay; 0 without a live agent. No system call. */
uint32_t pf_agent_link_get_policy(PfAgentLink *link);
uint32_t pf_agent_link_get_release_delay_ms(PfAgentLink *link);

/* The state word of ENTRY (pf_state_login_*) and its objects generation; public and 0 when EPOCH
 * is not the present one. No system call. */
uint64_t pf_agent_link_get_login(PfAgentLink *link, uint64_t epoch, unsigned entry);
uint64_t pf_agent_link_get_objects(PfAgentLink *link, uint64_t epoch, unsigned entry);

/* ENTRY itself, to be read as often as wanted while the link exists: it stays what it was when the
 * agent is gone. NULL when EPOCH is not the present one. */
const PfStateEntry *pf_agent_link_get_entry(PfAgentLink *link, uint64_t epoch, unsigned entry);

/* How many sessions there are, how many of these are read-only, and which closings of their ID were
 * before all of them. */
typedef struct {
    uint32_t count;
    uint32_t read_only;
    uint32_t closings;
} PfSessionCounts;

/* Where the board says how many windows ENTRY has; it stays while the link exists, though nobody
 * reads it when the agent is gone. NULL when EPOCH is not the present one. No system call. */
_Atomic uint32_t *pf_agent_link_get_windows(PfAgentLink *link, uint64_t epoch, unsigned entry);

/* Writes COUNTS to the board; nothing when EPOCH is past. No system call. The store is ordered
 * before a following pf_agent_link_get_login(). */
void pf_agent_link_set_sessions(PfAgentLink *link, uint64_t epoch, unsigned entry,
                                PfSessionCounts counts);

/* Cache1.SessionsChanged. */
PfLinkStatus pf_agent_link_sessions_changed(PfAgentLink *link, const PfDomainRef *domain,
                                            uint32_t count, unsigned *ret_entry);

/* Cache1.StoreLogin: PIN bytes are copied into a PIN page at once. */
PfLinkStatus pf_agent_link_store_login(PfAgentLink *link, const PfDomainRef *domain,
                                       const void *pin, size_t pin_len, CK_FLAGS token_flags);

/* Runs between a question and the wait for its answer. */
typedef void (*PfLinkMeanwhile)(void *data);

/* What a login or an open window is used for; strings are borrowed. */
typedef struct {
    const char *operation; /* as Cache1.TakePin has it; NULL: not known */
    const char *key_label; /* NULL: no key is meant, or it has no name */
    bool is_look;          /* finds or reads only: there are too many of them to be noted */
} PfUse;

/* Cache1.TakePin and Cache1.Prompt. MEANWHILE may be NULL. On PF_LINK_OK the caller must end the
 * lease, and free the secret as soon as C_Login has returned. PREVIOUS is 0 or the lease that ended
 * as rejected. A prompt for one use of a key can give a cached PIN, too: when the token's flags
 * forbid it in the end, its lease is ended as unused and the prompt repeated with these flags,
 * which asks for the PIN. */
PfLinkStatus pf_agent_link_take_pin(PfAgentLink *link, const PfDomainRef *domain, const PfUse *use,
                                    PfLinkMeanwhile meanwhile, void *data, PfLease *ret_lease);
PfLinkStatus pf_agent_link_prompt(PfAgentLink *link, const PfDomainRef *domain, uint64_t previous,
                                  const PfPromptDetails *details, PfLease *ret_lease);

/* Cache1.NoteUse. Waits for nothing: the note is dropped when the agent is gone, does not read, or
 * all connections are in use. */
void pf_agent_link_note_use(PfAgentLink *link, const PfDomainRef *domain, const PfUse *use);

/* Cache1.PromptChange: what C_SetPIN (purpose change) or C_InitPIN (purpose set) is to send for a
 * program that gave no PINs. Waits for the person. On PF_LINK_OK the caller compares the token,
 * makes the one call to the backend, frees both secrets as soon as it has returned, and ends the
 * lease: PF_LEASE_OK on CKR_OK, PF_LEASE_REJECTED on CKR_PIN_INCORRECT only, else PF_LEASE_UNUSED.
 * After a rejection it calls again with PREVIOUS. The agent wipes the token's cached PINs at
 * PF_LEASE_OK by itself: no PF_TOKEN_EVENT_PIN_CHANGED is to be reported. No window of the process
 * may be open on the token: its lease would be waited for. */
PfLinkStatus pf_agent_link_prompt_change(PfAgentLink *link, const PfDomainRef *domain,
                                         uint64_t previous, const PfPromptDetails *details,
                                         PfChangeLease *ret_lease);

/* Cache1.ConfirmTry: may a PIN that the host gave be presented? PF_LINK_CANCELED: not, the person
 * does not want it. Anything else: there was nothing to ask, or nobody. */
PfLinkStatus pf_agent_link_confirm_try(PfAgentLink *link, const PfDomainRef *domain,
                                       const PfPromptDetails *details);

/* Cache1.EndLease, on the connection that took it. RET_CACHED is false on any trouble; with NULL
 * the answer is not waited for, unless a PIN was rejected, which must be known everywhere first. */
PfLinkStatus pf_agent_link_end_lease(PfAgentLink *link, uint64_t lease, PfLeaseResult result,
                                     CK_FLAGS token_flags, bool *ret_cached);

/* Ends a lease of pf_agent_link_take_pin() whose PIN the token has taken: by the board, if nobody
 * waits for it, which costs no system call, else by Cache1.EndLease without waiting for the answer.
 * ENTRY and EPOCH are the domain's. */
void pf_agent_link_end_taken(PfAgentLink *link, uint64_t lease, uint64_t epoch, unsigned entry,
                             CK_FLAGS token_flags);

/* Cache1.Logout. */
PfLinkStatus pf_agent_link_logout(PfAgentLink *link, const PfDomainRef *domain);

/* Cache1.OpenId and Cache1.CloseId. TOKEN as in PfDomainRef. */
PfLinkStatus pf_agent_link_open_id(PfAgentLink *link, const char *token, uint64_t app_id);
PfLinkStatus pf_agent_link_close_id(PfAgentLink *link, const char *token, uint64_t app_id);

/* Cache1.BeginOfficer and Cache1.EndOfficer. */
PfLinkStatus pf_agent_link_begin_officer(PfAgentLink *link, const PfDomainRef *domain);
PfLinkStatus pf_agent_link_end_officer(PfAgentLink *link, const PfDomainRef *domain);

/* An X.509 certificate as its token has it. */
typedef struct {
    void *der;
    size_t size;
} PfLinkCertificate;

/* Cache1.ReportKeys. RET_ARE_FOR_SIGNATURES only with PF_LINK_OK. */
PfLinkStatus pf_agent_link_report_keys(PfAgentLink *link, const PfDomainRef *domain,
                                       const PfLinkCertificate *certificates, size_t count,
                                       bool are_all, bool *ret_are_for_signatures);

/* Cache1.ReportToken; REPORT may be NULL. Makes no contact of its own. */
PfLinkStatus pf_agent_link_report_token(PfAgentLink *link, const char *token, PfTokenEvent event,
                                        const PfTokenReport *report);
