/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a test wants the mock token to do: settings and rules in a file that may change any time. */
#pragma once

#include "p11-script.h"

#include <stdbool.h>

#define PF_MOCK_MAX_RULES 32

typedef enum {
    PF_MOCK_HANDLES_FRESH,
    PF_MOCK_HANDLES_REUSED,
    PF_MOCK_HANDLES_STABLE
} PfMockHandles;

typedef struct {
    bool present;    /* a token is in the slot */
    char serial[17]; /* another one is another token, with tries of its own */
    char label[33];
    char manufacturer[33]; /* of the token, and its model */
    char model[17];
    char reader[65];           /* the slot's description */
    unsigned long other_slots; /* more in the list, said to have tokens that it cannot read */
    char certificate[256]; /* files of that name and .ID are the certificates; empty: none is one */
    unsigned long counts_more; /* than there are, in lists of slots and objects */
    unsigned long resets;    /* another number than before: the card was reset, sessions are lost */
    bool never_enough_room;  /* for the list of slots, whatever it was given */
    bool pinpad;             /* protected authentication path: NULL logs in */
    bool garbage_token_info; /* every byte of CK_TOKEN_INFO is noise */
    bool login_required;     /* CKF_LOGIN_REQUIRED */
    bool to_be_changed;      /* CKF_USER_PIN_TO_BE_CHANGED */
    bool enforces_login;     /* false: keys can be used when logged out */
    bool stale_tries;        /* the tries are shown as they were after this process's last login */
    bool stale;              /* C_GetTokenInfo shows the token that C_GetSlotList saw last */
    bool twins;              /* a second private key that differs in nothing */
    bool v3;                 /* it has the interfaces of PKCS#11 3.0 */
    CK_BYTE v3_minor;        /* or of 3.1, 3.2 instead */
    bool generates;          /* it makes RSA key pairs of 2048 bits, always the same one */
    bool threads;            /* false: locking is refused and overlapping calls fail */
    PfMockHandles handles;   /* what happens to private objects' handles at a login */
    PfP11Rule rules[PF_MOCK_MAX_RULES];
    unsigned int n_rules;
    unsigned long version; /* how often the file was read */
} PfMockScript;

/*
 * The script as it is now: the file named by PF_MOCK_SCRIPT, read again when it has changed, or
 * the defaults. Lines are "key = value"; "rule = C_Name=VALUE@N" is one rule, its VALUE one of
 * CKR_NAME, after:CKR_NAME, delay:MS, block:PATH (until that file exists), crash, hang. N counts
 * calls since the file changed. The caller holds the mock's lock.
 */
const PfMockScript *pf_mock_script_get(void);
