/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a person does to a token by itself, and the sentences of it. */
#pragma once

#include <glib.h>

typedef enum {
    PF_TASK_NONE, /* a program wants something */
    PF_TASK_CHANGE_PIN,
    PF_TASK_UNBLOCK_PIN, /* a new PIN by the PUK */
    PF_TASK_SET_PIN,     /* the first PIN, by the PIN of the security officer */
    PF_TASK_CREATE,      /* a software token */
    PF_TASK_RENAME,
    PF_TASK_DELETE,
    PF_TASK_IMPORT,   /* a PKCS#12 file */
    PF_TASK_GENERATE, /* a key pair */
} PfTask;

/* What the token wants to know before it does it. */
typedef enum {
    PF_PROOF_NONE,
    PF_PROOF_PIN,
    PF_PROOF_PUK,
    PF_PROOF_OFFICER,
} PfProof;

PfProof pf_task_get_proof(PfTask task);

/* Of any task but NONE. TOKEN is the token's label as it is shown. The dup functions give plain
 * text that the caller owns, the others static text; the label and the action have a mnemonic. */
char *pf_task_text_dup_title(PfTask task, const char *token);
char *pf_task_text_dup_headline(PfTask task, const char *token);
const char *pf_task_text_get_consequence(PfTask task);
const char *pf_task_text_get_action(PfTask task);

/* While the token is at it; of NONE, too: a change that a program wants. */
const char *pf_task_text_get_work(PfTask task);

/* Of the entries for the proof and the new PIN: what stands before it, and what a screen reader
 * calls it; the second entry for the new PIN has always the same label. */
const char *pf_task_text_get_proof_label(PfTask task);
const char *pf_task_text_get_proof_name(PfTask task);
const char *pf_task_text_get_new_label(PfTask task);
const char *pf_task_text_get_new_name(PfTask task);
const char *pf_task_text_get_again_name(PfTask task);
