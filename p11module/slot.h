/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfSlot: one slot of one backend, under a number of Pinfold's own, and what is logged in there. */
#pragma once

#include <stdatomic.h>
#include <uthash.h>

#include "domain.h"
#include "module.h"
#include "token-id.h"
#include "window.h"

struct PfSlot {
    UT_hash_handle hh; /* here and not at the end: each call reads it, and what follows */
    CK_SLOT_ID id;
    PfBackend *backend;
    CK_SLOT_ID real;
    pthread_mutex_t lock; /* guards what follows; never held over a backend call or the socket */
    pthread_cond_t changed;
    PfWindow window;
    _Atomic(PfDomain *) domains; /* read without the lock: none ever goes */
    atomic_uint sessions;        /* read without the lock, as the atomic ones below */
    atomic_uint closing;         /* of these, whose ends in the backend are under way */
    /* Read without the lock by pf_domain_get_standing(). */
    atomic_bool has_user_login; /* of the backend's own, which is the host's (pass-through) */
    atomic_bool has_so_login;
    _Atomic uint64_t user_logins;    /* how many of them there were, to tell them apart */
    _Atomic CK_ULONG calls;          /* between enter and leave */
    _Atomic CK_SESSION_HANDLE alone; /* 0: no session has the token for itself */
    /* Of the insertion that was last looked at; the atomic ones are read without the lock. */
    atomic_bool is_known;
    atomic_bool needs_login;
    atomic_bool has_pinpad;
    atomic_bool is_flag_fixed; /* the host has seen token flags of this insertion */
    atomic_bool shows_protected_path;
    PfTokenId token;
    CK_FLAGS tries;     /* the token's flags about tries, as they were last read */
    bool has_old_tries; /* they were read before a good login, and have not changed since */
    CK_TOKEN_INFO seen; /* of which token was made: the same bytes again need no second reading */
    atomic_bool has_description; /* once it is there it stays as it is */
    char description[65];
    atomic_bool is_hardware;
    _Atomic CK_ULONG min_pin;
    _Atomic CK_ULONG max_pin;
};

/* Enters the module and the slot for a call without a session. CKR_OK is always followed by
 * pf_slot_call_end(), which returns RV; otherwise the error is the function's answer. */
CK_RV pf_slot_call_begin(CK_SLOT_ID id, PfModule **ret_module, PfSlot **ret_slot);
CK_RV pf_slot_call_end(PfSlot *slot, CK_RV rv);

/* C_GetSlotList over all backends. IDs never change and are never used again (DESIGN 4.16). */
CK_RV pf_slot_list(PfModule *module, bool present, CK_SLOT_ID *ids, CK_ULONG *count);

/* What the backend says of the reader or place, for a person; empty before the first look. */
const char *pf_slot_get_description(PfSlot *slot);

/* NULL for an ID that was never listed. Slots live as long as the module. */
PfSlot *pf_slot_find(PfModule *module, CK_SLOT_ID id);

/* The slot of a backend's own ID, made if need be; NULL for lack of memory. */
PfSlot *pf_slot_of_backend(PfModule *module, PfBackend *backend, CK_SLOT_ID real);

/* Did the backend fail with RV because another process was writing its token just then (quirks)?
 * Then a moment is over, and the call is to be made again; TRIES begins with 0 and bounds that. */
bool pf_slot_was_disturbed(const PfSlot *slot, CK_RV rv, int *tries);

/* Reads the token that is in the slot now and keeps what Pinfold needs of it; INFO is the
 * backend's own answer. A token that is another than before starts a new insertion. */
CK_RV pf_slot_look(PfSlot *slot, CK_TOKEN_INFO *info);

/* Is it still EXPECTED in the slot? Refreshes the slot list first, as OpenSC's token information
 * may be that of the card before (facts: after a swap). RET_FLAGS: the token's flags. */
CK_RV pf_slot_check_token(PfSlot *slot, const PfTokenId *expected, CK_FLAGS *ret_flags);

/* C_Login has presented a PIN of the user and said RV. */
void pf_slot_note_presentation(PfSlot *slot, CK_RV rv);

/* Is the same token in the slot of another reader, too, as far as the host has looked? Then nothing
 * tells which of them a PIN belongs to. Looks again only where it seems so. */
bool pf_slot_is_doubled(PfModule *module, PfSlot *slot, const PfTokenId *token);

/* The token's flags after a login attempt; 0 when they cannot be read. */
CK_FLAGS pf_slot_read_flags(PfSlot *slot);

/* A USER login of the backend's own has begun, which is the host's, for as long as it has sessions.
 */
void pf_slot_set_user_login(PfSlot *slot);

/* Calls on the slot, of all sessions: each is between these two. While one session has the token
 * alone, the calls of others wait, though never longer than 2 s. SESSION: 0 for calls without. */
void pf_slot_enter(PfSlot *slot, CK_SESSION_HANDLE session);
void pf_slot_leave(PfSlot *slot);

/* Takes the token for one session: returns when no other call is under way, or after 2 s. It ends
 * by pf_slot_end_alone(), which is harmless for a session that does not have it. */
void pf_slot_begin_alone(PfSlot *slot, CK_SESSION_HANDLE session);
void pf_slot_end_alone(PfSlot *slot, CK_SESSION_HANDLE session);

/* What was learnt of this insertion is void. */
void pf_slot_void_token(PfSlot *slot);

/* The token went away, and the agent is told. */
void pf_slot_forget_token(PfModule *module, PfSlot *slot);

/* Has a token been read in the slot, and has the slot sessions as well? No lock. */
bool pf_slot_is_known(PfSlot *slot);
bool pf_slot_is_in_use(PfSlot *slot);

/* Is the token that was read still there, as far as can be known without a look: in use, or of a
 * backend where none comes or goes? No lock. */
bool pf_slot_is_settled(PfSlot *slot);

void pf_slot_free_all(PfModule *module);
