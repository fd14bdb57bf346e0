/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Shared memory by which the agent tells a process its login states without being asked.
 *
 * One state page per process context, written by the agent, read-only for the process: a public
 * PKCS#11 call costs atomic loads and no system call. One session board per module instance,
 * written by the module, read by the agent: how many sessions and windows it has in each domain.
 * The agent trusts nothing in a board but takes it as numbers. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PF_STATE_PAGE_MAGIC   0x50534650u
#define PF_STATE_PAGE_VERSION 1u

/* Domains (token, ID) that one context can be in; one page holds them. */
#define PF_STATE_ENTRIES 96u

/* A domain as a member sees it. */
typedef enum {
    PF_LOGIN_PUBLIC = 0,
    PF_LOGIN_USER = 1,
    PF_LOGIN_ASLEEP = 2,
    PF_LOGIN_OFFICER = 3, /* a security officer, in another of the domain's processes */
} PfLoginState;

typedef enum {
    PF_POLICY_CACHE = 1u << 0,          /* cache mode is not off */
    PF_POLICY_PROTECTED_PATH = 1u << 1, /* this process may be shown the flag (DESIGN 4.12) */
    PF_POLICY_CONFIRM = 1u << 2,        /* confirm-signatures */
} PfPolicy;

/* One domain. `login` is state and serial in one word, so that one load is a whole answer: the
 * serial grows with every login (not when a sleeping domain wakes), what was learnt under another
 * serial is stale. `objects` grows
 * when another process changed the token's objects through Pinfold. `closings` grows when the ID is
 * closed on the token: sessions that were opened before are no more (DESIGN 5). `moved_serial` is
 * the login that a setting has ended last, by moving the entry or everybody: what was begun in it
 * may finish (DESIGN 3), which is not so where a login was ended by a member, or the right to it.
 * `resets` moves when the agent has reset the token's card, which may have cost the backend its
 * sessions, and when the token is removed, which ends them: odd when a reset came last.
 * `token_changes` grows when the token was removed, as far as anybody has noticed, or got another
 * PIN: what it has taken before proves nothing of what is there now. */
typedef struct {
    _Atomic uint64_t login;
    _Atomic uint64_t objects;
    _Atomic uint64_t moved_serial;
    _Atomic uint32_t closings;
    _Atomic uint16_t is_lease_awaited; /* others wait for this context's lease on the token */
    _Atomic uint16_t resets;           /* pf_state_resets_… */
    _Atomic uint32_t token_changes;
} PfStateEntry;

typedef struct {
    uint32_t magic;
    uint16_t version;
    uint16_t entry_count;
    _Atomic uint32_t generation; /* moves with every change of anything below */
    _Atomic uint32_t policy;
    _Atomic uint32_t release_delay_ms;
    uint32_t reserved;
    _Atomic uint64_t default_id;
    PfStateEntry entries[PF_STATE_ENTRIES];
} PfStatePage;

typedef struct {
    _Atomic uint32_t sessions[PF_STATE_ENTRIES];
    _Atomic uint32_t read_only[PF_STATE_ENTRIES]; /* of these, the read-only ones */
    _Atomic uint32_t closings[PF_STATE_ENTRIES];  /* that both are counted since; others are void */
    /* The last lease of the entry that ended as ok and of which nobody had to be told:
     * Cache1.EndLease is not called for it. Written first, then is_lease_awaited is read; the agent
     * the other way round, so that a lease that somebody waits for is never left standing. */
    _Atomic uint64_t ended_lease[PF_STATE_ENTRIES];
    /* Windows that are open, or being opened, by the PIN of the entry: nobody is told of one, the
     * agent looks when it wants to know. */
    _Atomic uint32_t windows[PF_STATE_ENTRIES];
} PfSessionBoard;

_Static_assert(sizeof(PfStatePage) <= 4096, "the state page is one page everywhere");
_Static_assert(sizeof(PfSessionBoard) <= 4096, "and so is the board");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a state is read by one lock-free load");

static inline uint64_t
pf_state_login_pack(PfLoginState state, uint64_t serial)
{
    return serial << 8 | (uint64_t)state;
}

static inline PfLoginState
pf_state_login_state(uint64_t word)
{
    return (PfLoginState)(word & 0xff);
}

static inline uint64_t
pf_state_login_serial(uint64_t word)
{
    return word >> 8;
}

/* The values of `resets` after a reset, and after a removal, when it was OLD. */
static inline uint16_t
pf_state_resets_after_reset(uint16_t old)
{
    return (uint16_t)(old + (old % 2 == 0 ? 1 : 2));
}

static inline uint16_t
pf_state_resets_after_removal(uint16_t old)
{
    return (uint16_t)(old + old % 2);
}

/* Sessions that were good before may be lost though the token is there. */
static inline bool
pf_state_resets_is_reset(uint16_t resets)
{
    return resets % 2 != 0;
}

/* Agent: makes a page, sealed so that only this mapping can ever write. Returns a descriptor to
 * send (the caller's to close) or -errno. Unmap *RET_PAGE with pf_state_page_unmap(). */
int pf_state_page_create(PfStatePage **ret_page);

/* Agent: makes a board of fixed size that the module can write. Returns a descriptor or -errno. */
int pf_session_board_create(void);

/* Agent: sessions that the board behind FD states for ENTRY, and the read-only ones of them; 0 when
 * it cannot be read. */
uint32_t pf_session_board_read(int fd, unsigned entry);
uint32_t pf_session_board_read_read_only(int fd, unsigned entry);
uint64_t pf_session_board_read_ended_lease(int fd, unsigned entry);

/* Agent: how many backend logins for ENTRY the board says are under way. */
uint32_t pf_session_board_read_windows(int fd, unsigned entry);

/* Agent: up to which closing of ENTRY's ID its module knows. Sessions that it counts without
 * knowing of the last one are closed. */
uint32_t pf_session_board_read_closings(int fd, unsigned entry);

/* Module: maps a received page or board after checking size, seals, magic and version. FD stays
 * the caller's. Returns 0, or -EBADMSG, or -errno. */
int pf_state_page_map(int fd, const PfStatePage **ret_page);
int pf_session_board_map(int fd, PfSessionBoard **ret_board);

/* NULL is fine. */
void pf_state_page_unmap(const PfStatePage *page);
void pf_session_board_unmap(PfSessionBoard *board);
