/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfDialogDetails: what a person is asked, and shown with it. */
#pragma once

#include <glib.h>

#include "consent.h"

/* What the person is to do. */
typedef enum {
    PF_DIALOG_PIN,     /* type the PIN */
    PF_DIALOG_CONFIRM, /* agree to one use of the cached one */
    PF_DIALOG_TRY,     /* agree that the last try is spent on a PIN that the program has */
    PF_DIALOG_CHANGE,  /* type the PIN and a new one */
    PF_DIALOG_SET,     /* type a new PIN */
    PF_DIALOG_CONSENT, /* decide whether a program may use the login of others */
    PF_DIALOG_OFFER,   /* the same, when the person likes; no dialog, nobody waits */
} PfDialogKind;

/* Whether the person can have the PIN put into the keyring. */
typedef enum {
    PF_KEYRING_OFFER_NONE,
    PF_KEYRING_OFFER_EMPTY,   /* it has none of the token */
    PF_KEYRING_OFFER_STORED,  /* it has one */
    PF_KEYRING_OFFER_REFUSED, /* it had one until the token refused that */
} PfKeyringOffer;

/* See Prompter1.AskPin and AskConsent. Text may be foreign; NULL where there is none. */
typedef struct {
    PfDialogKind kind;
    char *token_uri;
    PfTokenId token;
    char *program;
    char *program_icon;
    gboolean is_program_known;
    char *executable;
    guint32 pid;
    char *purpose;
    char *operation;
    char *reader;
    char *key_label;
    guint32 min_len;
    guint32 max_len;
    guint64 token_flags;
    PfKeyringOffer keyring;   /* of PF_DIALOG_PIN */
    const char *never_cached; /* as GetStatus has it; NULL: that is not so, or not known */
    char *script;             /* from here: of a consent */
    char *sandbox;
    char *shared_id;
    char *group;
    GStrv users;
    gboolean may_remember;
} PfDialogDetails;

/* A copy, owned by the caller. */
PfDialogDetails *pf_dialog_details_dup(const PfDialogDetails *details);

/* NULL is fine. */
void pf_dialog_details_free(PfDialogDetails *details);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfDialogDetails, pf_dialog_details_free)

/* Is DECISION an answer to the question? Nothing can be remembered of a program that is not known,
 * and for ever only where that was offered. */
gboolean pf_dialog_details_take_decision(const PfDialogDetails *details,
                                         PfConsentDecision decision);
