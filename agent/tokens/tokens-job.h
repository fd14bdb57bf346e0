/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensJob: one verb on one token, from its secrets to its answer. */
#pragma once

#include <json-glib/json-glib.h>

#include "secret.h"
#include "tokens-target.h"

typedef struct {
    PfTokensTarget target;
    CK_SESSION_HANDLE session;
    const PfSecret *proof;  /* what the token is to accept: PIN or PUK; NULL: none was given */
    const PfSecret *secret; /* the new PIN, or the password of a file; NULL: none */
    int file_fd;            /* -1: none */
    int progress_fd;        /* tokens-progress.h */
    const char *const *arguments; /* as many as the verb has */
    JsonObject *answer;           /* to which a verb adds */
} PfTokensJob;

typedef enum {
    PF_TOKENS_ACCESS_READ,
    PF_TOKENS_ACCESS_WRITE,
    PF_TOKENS_ACCESS_BACKEND, /* there is no token yet, and no session */
} PfTokensAccess;

typedef struct {
    const char *name;
    PfTokensAccess access;
    void (*prepare)(void); /* before the backend is loaded; NULL: nothing */
    /* The token is in its slot, and a session is open, as far as ACCESS says. */
    PfTokensFault (*run)(PfTokensJob *job);
    int argument_count; /* words that come after the token */
} PfTokensVerb;

typedef struct {
    const char *path;      /* of the backend */
    const char *token_uri; /* or the text that the verb has in its place */
    const PfSecret *proof;
    const PfSecret *secret;
    int file_fd;
    int progress_fd;
    const char *const *arguments;
} PfTokensInput;

/* Runs VERB. Returns an object: `ok`; when not, `fault`, and `rv` where a call of the backend said
 * it; the token's `flags` afterwards, where it is still there; and what the verb adds. The process
 * is the backend's from then on: the caller ends it by _exit(). */
JsonNode *pf_tokens_job_run(const PfTokensVerb *verb, const PfTokensInput *input);

/* What an RV of the backend that is not CKR_OK means; the answer gets it as `rv`. */
PfTokensFault pf_tokens_job_explain(PfTokensJob *job, CK_RV rv);

/* The same of a call that makes a key, of which the token may take some and not others. */
PfTokensFault pf_tokens_job_explain_key(PfTokensJob *job, CK_RV rv);

/* May the proof be presented now, as the PIN of USER (CKU_USER, or CKU_SO for a PUK)? The token is
 * still the one that is meant, the proof is there, it is not typed at the reader, and as far as the
 * token tells it is not blocked and no wrong length. */
PfTokensFault pf_tokens_job_check_proof(PfTokensJob *job, CK_USER_TYPE user);

/* The same for the secret as a new PIN. */
PfTokensFault pf_tokens_job_check_new_pin(PfTokensJob *job);

/* Adds `tries`: how many are left to the user's PIN, null where that is not known. */
void pf_tokens_job_add_tries(PfTokensJob *job);

/* Logs USER in with the proof, which may be presented. */
PfTokensFault pf_tokens_job_log_in(PfTokensJob *job, CK_USER_TYPE user);

/* Logs the user in with the proof, as far as the token wants a login: a PIN that may not be
 * presented, or is not wanted any more, stays here, and one that is refused adds `tries`. */
PfTokensFault pf_tokens_job_log_in_user(PfTokensJob *job);

/* For C_SetPIN and the like, which take what they do not change by plain pointers. */
CK_UTF8CHAR_PTR pf_tokens_job_get_bytes(const PfSecret *secret);
