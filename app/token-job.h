/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokenJob: what a person does to a token, done by the helper pinfold-tokens: the window loads no
 * PKCS#11 module, and no backend that hangs makes it wait. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <p11-kit/pkcs11.h>

#include "job-channel.h"
#include "secret.h"
#include "tokens-fault.h"

typedef struct {
    /* state, certificates, change-pin, unblock, init-pin, create, delete, can-import, import,
     * can-generate, generate: agent/tokens/ says what each does with proof and secret, and
     * answers. */
    const char *verb;
    const char *module_path;   /* the backend's; NULL: the one that has the token is looked for */
    const char *token_uri;     /* of create: the new token's label */
    const PfSecret *proof;     /* the PIN, or PUK, that the token is to accept; NULL: none */
    const PfSecret *secret;    /* the new PIN, or the password of the file; NULL: none */
    const char *key_kind;      /* of generate: a word of agent/tokens/tokens-kind.h */
    const char *key_label;     /* of generate */
    int file_fd;               /* -1: none */
    PfJobProgress on_progress; /* until the job is over, with its user data; NULL: none */
    /* Cancelling it ends a job that can be ended so that nothing is half done, an import or a
     * generate, with the fault "stopped", and `left` in the answer where the token kept something
     * all the same. */
    GCancellable *stop; /* NULL: never */
} PfTokenJob;

typedef struct {
    PfTokensFault fault; /* PF_TOKENS_FAULT_NONE: it is done */
    gboolean has_flags;
    CK_FLAGS flags;     /* of the token afterwards */
    int tries;          /* of its PIN, when that was rejected, and of state; -1: not known */
    JsonObject *answer; /* the whole answer of the helper; NULL where it gave none */
} PfTokenJobResult;

/* Runs JOB once: a PIN in it is presented at most once, and while one is changed the agent lends
 * none of that token; where an agent does not promise that, the job is not begun. Nothing of JOB is
 * needed after the call; secrets are copied into pages that are wiped when the job is over. When it
 * comes back from a change, the agent has forgotten what is not true any more, and knows the token
 * as it is now, unless it took more than five seconds to look; from none, it has been told to look.
 * Cancelling kills the helper; what the token was doing then is not known, so that PINs of it are
 * forgotten. The callback comes on the caller's main context. */
void pf_token_job_run_async(const PfTokenJob *job, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);

/* The caller's. NULL with G_IO_ERROR_CANCELLED, or where a secret or the helper could not be made
 * ready; whatever the helper, the backend or the token did is a result. */
PfTokenJobResult *pf_token_job_run_finish(GAsyncResult *result, GError **error);

void pf_token_job_result_free(PfTokenJobResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfTokenJobResult, pf_token_job_result_free)
