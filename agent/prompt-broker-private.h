/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the parts of PfPromptBroker share: prompt-broker.c (the queue), prompt-answers.c (what the
 * prompter says). */
#pragma once

#include "prompt-broker.h"

typedef enum {
    PF_PROMPT_STATE_QUEUED, /* to be shown by AskPin */
    PF_PROMPT_STATE_RETRY,  /* to be shown by Retry */
    PF_PROMPT_STATE_ASKING_TRIES,
    PF_PROMPT_STATE_OPEN,
    PF_PROMPT_STATE_ANSWERED, /* the dialog waits for the verdict */
    PF_PROMPT_STATE_OVER,     /* no dialog; its function was called */
} PfPromptState;

struct PfPrompt {
    PfPromptBroker *broker;
    PfDialogDetails *details;
    PfPromptFunc func;
    gpointer user_data;
    PfConsentDecision decision; /* of an answered consent */
    PfRemember remember;        /* of an answered PIN */
    PfPromptState state;
    gboolean is_retry;
    guint64 serial;  /* finds the prompt again when an answer about tries comes late */
    guint64 request; /* 0: no dialog */
    guint64 previous;
    guint locked_timeout; /* while the screen is locked */
};

struct _PfPromptBroker {
    GObject parent_instance;
    sd_bus *bus; /* the prompter's; NULL: none */
    const PfPeerIdentity *prompter;
    GQueue prompts; /* the head has, or gets, the dialog */
    PfConsentOffers *offers;
    guint64 last_serial;
    guint pump_source;
    guint dialog_timeout;
    guint launch_timeout;
    gboolean is_locked;
    PfTriesLeftFunc tries_left;
    gpointer tries_left_data;
};

/* The dialog of PROMPT, which has it, is over; its asker is told. */
void pf_prompt_broker_conclude(PfPrompt *prompt, PfPromptOutcome outcome);
