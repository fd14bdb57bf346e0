/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfKeyringJob: one thing to be done with the person's keyring, beside the main loop.
 *
 * A keyring that hangs, is locked or is not there costs the caller at most PF_KEYRING_WAIT_MS. Main
 * thread only. */
#pragma once

#include "keyring-session.h"
#include "rejected-pins.h"

#define PF_KEYRING_WAIT_MS 2000u

typedef enum {
    PF_KEYRING_LOOK,   /* is there a PIN for the token? */
    PF_KEYRING_BORROW, /* the PIN, which is marked as lent first */
    PF_KEYRING_SETTLE, /* a lent one is ready again: the token took it, or never saw it */
    PF_KEYRING_SAVE,   /* the PIN replaces what is stored for the token */
    PF_KEYRING_REMOVE, /* of the token, or of all of them */
    PF_KEYRING_REFUSE, /* remove it if it is the one that the token has refused */
    PF_KEYRING_LIST,
} PfKeyringJobKind;

typedef enum {
    PF_KEYRING_READY,
    PF_KEYRING_LOCKED,
    PF_KEYRING_PLAIN,
    PF_KEYRING_UNAVAILABLE,
} PfKeyringStatus;

/* An item as it is listed. */
typedef struct {
    char *token_uri;
    gint64 since; /* Unix seconds */
} PfKeyringEntry;

typedef struct {
    PfKeyringStatus status; /* READY: it was done */
    gboolean is_stored;     /* of LOOK and BORROW: there is a PIN that can be used */
    gboolean is_lent;       /* of BORROW: it is marked so; to be settled, removed or refused */
    PfSecret *pin;          /* of BORROW; NULL: wiped meanwhile. Whoever wants it steals it */
    guint count;            /* how many were removed */
    GPtrArray *entries;     /* of LIST: of PfKeyringEntry */
} PfKeyringResult;

typedef struct PfKeyringJob PfKeyringJob;

/* Called once, from the loop; the job is gone when it returns. */
typedef void (*PfKeyringFunc)(PfKeyringJob *job, PfKeyringResult *result, gpointer data);

/* TOKEN_URI may be NULL for REMOVE and LIST: every token. FUNC may be NULL. */
PfKeyringJob *pf_keyring_job_start(PfKeyringJobKind kind, const char *token_uri, PfKeyringFunc func,
                                   gpointer data);

/* PIN, copied, is wiped as soon as it was encrypted. */
PfKeyringJob *pf_keyring_job_save(const char *token_uri, const PfSecret *pin, PfKeyringFunc func,
                                  gpointer data);

/* MATCHER is taken. */
PfKeyringJob *pf_keyring_job_refuse(const char *token_uri, PfPinMatcher *matcher,
                                    PfKeyringFunc func, gpointer data);

const char *pf_keyring_job_get_token(const PfKeyringJob *job);

/* Its PIN is wiped when this returns, and it has none any more when it is done. What it does in the
 * keyring it does to the end. */
void pf_keyring_job_wipe(PfKeyringJob *job);

/* As pf_keyring_job_wipe(), and its function is not called; a PIN that it borrows is given back. */
void pf_keyring_job_detach(PfKeyringJob *job);
