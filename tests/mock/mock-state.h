/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the mock knows in one process: sessions, login, and the functions behind the entry points.
 */
#pragma once

#include <stdint.h>

#include "mock-object.h"
#include "mock-pin.h"
#include "mock-script.h"
#include "p11-calls.h"

#define PF_MOCK_SLOT         7
#define PF_MOCK_MAX_SESSIONS 64

typedef enum {
    PF_MOCK_SIGN,
    PF_MOCK_VERIFY,
    PF_MOCK_ENCRYPT,
    PF_MOCK_DECRYPT,
    PF_MOCK_N_OPERATIONS
} PfMockOperationKind;

typedef struct {
    bool active;
    bool wants_context; /* its key is always to be authenticated */
    bool needs_context; /* a CKU_CONTEXT_SPECIFIC login must come before the (next) result */
    bool updated;
    CK_BYTE key_id;
    uint64_t hash;
} PfMockOperation;

typedef struct {
    CK_SESSION_HANDLE handle; /* 0: free */
    CK_FLAGS flags;
    PfMockOperation operations[PF_MOCK_N_OPERATIONS];
    PfMockOperation messages[PF_MOCK_N_OPERATIONS];
    bool finding;
    CK_OBJECT_HANDLE found[PF_MOCK_MAX_OBJECTS];
    unsigned int n_found;
    unsigned int next_found;
} PfMockSession;

typedef struct {
    bool initialized;
    const PfMockScript *script;
    PfMockPin *pin;         /* of the token in the slot; NULL without one */
    char serial[17];        /* the token whose sessions these are; empty without one */
    char listed_serial[17]; /* as C_GetSlotList saw it last */
    char listed_label[33];
    uint32_t seen_tries; /* as this process knows them */
    bool user_logged_in;
    bool so_logged_in;
    unsigned long resets;    /* of the script, as followed */
    unsigned long n_changes; /* tokens that came or went, for C_WaitForSlotEvent */
    unsigned long n_seen_changes;
    PfMockSession sessions[PF_MOCK_MAX_SESSIONS];
} PfMockState;

/* The state of this process; the entry points hold the lock while they use it. */
extern PfMockState pf_mock;

/* Takes notice of the script: tokens that came, went or were swapped end sessions and login. */
void pf_mock_state_follow_script(void);

/* The session, or NULL. Borrowed. */
PfMockSession *pf_mock_state_get_session(CK_SESSION_HANDLE handle);

/* True when private objects may be seen; keys may be usable without, as the script says. */
bool pf_mock_state_is_user(void);

/* Ends one session or all of them (NULL), and the login with the last. */
void pf_mock_state_close(PfMockSession *session);

/* The mock's lock, for the calls that wait: released while they do. */
void pf_mock_lock(void);
void pf_mock_unlock(void);

/* What an operation is made of, for single ones and for messages: its begin with a key, data that
 * goes into its hash, the signature (PF_MOCK_SIGNATURE_SIZE bytes) over that, and the cipher. */
#define PF_MOCK_SIGNATURE_SIZE 128
CK_RV pf_mock_operation_begin(PfMockOperation *operation, const CK_MECHANISM *mechanism,
                              CK_OBJECT_HANDLE key, PfMockOperationKind kind);
void pf_mock_operation_restart(PfMockOperation *operation);
void pf_mock_operation_hash(PfMockOperation *operation, const CK_BYTE *data, CK_ULONG size);
void pf_mock_operation_sign(const PfMockOperation *operation, CK_BYTE *signature);
void pf_mock_operation_cipher(const PfMockOperation *operation, const CK_BYTE *in, CK_ULONG size,
                              CK_BYTE *out);

/* What the script's rules answer to the call of that name (C_Sign): true, and RET_RV is the answer.
 * For calls that are not in PF_P11_CALLS, which follow the rules by themselves; without the lock.
 */
bool pf_mock_follow_rule(const char *name, CK_RV *ret_rv);

/* The list of 2.40, whose functions are in that of 3.0 as well. */
extern CK_FUNCTION_LIST pf_mock_list;

/* The implementations; pf_mock_Name is called by C_Name with the lock held. */
#define PF_MOCK_DECLARE(name, params, ...) CK_RV pf_mock_##name params;
PF_P11_CALLS(PF_MOCK_DECLARE)
#undef PF_MOCK_DECLARE
