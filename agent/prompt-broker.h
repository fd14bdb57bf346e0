/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPromptBroker: brings questions to the one registered prompter, one dialog at a time.
 *
 * Main thread only. Signal "prompter-changed" (): a prompter came or went. */
#pragma once

#include <glib-object.h>
#include <systemd/sd-bus.h>

#include "consent-offers.h"
#include "dialog-details.h"
#include "peer-identity.h"
#include "secret.h"

#define PF_TYPE_PROMPT_BROKER pf_prompt_broker_get_type()
G_DECLARE_FINAL_TYPE(PfPromptBroker, pf_prompt_broker, PF, PROMPT_BROKER, GObject)

typedef struct PfPrompt PfPrompt;

typedef enum {
    PF_PROMPT_ANSWERED,
    PF_PROMPT_CANCELED,    /* by the person */
    PF_PROMPT_TIMED_OUT,   /* nobody answered */
    PF_PROMPT_UNAVAILABLE, /* no prompter, or it went away */
} PfPromptOutcome;

/* What the person wants to become of the typed PIN. */
typedef enum {
    PF_REMEMBER_UNSAID,
    PF_REMEMBER_NO,
    PF_REMEMBER_YES, /* put it into the keyring */
} PfRemember;

/* Called once for each ask and retry, never from within them. PIN and NEW_PIN, with
 * PF_PROMPT_ANSWERED, are the function's to free; those that the kind of dialog does not ask are
 * NULL. The prompt stays the asker's until pf_prompt_broker_close(). */
typedef void (*PfPromptFunc)(PfPrompt *prompt, PfPromptOutcome outcome, PfSecret *pin,
                             PfSecret *new_pin, gpointer user_data);

/* Says how many tries TOKEN_URI has left, or -1 when that cannot be known without harm. */
typedef void (*PfTriesLeftReply)(int tries, gpointer reply_data);

/* Where the number comes from: calls REPLY exactly once, within a second, at once or later. */
typedef void (*PfTriesLeftFunc)(const char *token_uri, PfTriesLeftReply reply, gpointer reply_data,
                                gpointer user_data);

PfPromptBroker *pf_prompt_broker_new(void);

/* Without a function the dialog says nothing about tries. */
void pf_prompt_broker_set_tries_left(PfPromptBroker *broker, PfTriesLeftFunc func,
                                     gpointer user_data);

/* While the screen is locked no dialog opens and no offer shows; what is open is withdrawn, which
 * costs nothing, and comes again when it is unlocked. Who waits for so long that nobody may be at
 * the computer is told that there was no answer. */
void pf_prompt_broker_set_locked(PfPromptBroker *broker, gboolean is_locked);

gboolean pf_prompt_broker_has_prompter(PfPromptBroker *broker);

/* The process that is the prompter; 0: there is none. */
pid_t pf_prompt_broker_get_prompter(PfPromptBroker *broker);

/* Is this process the prompter? It may not be a client of the cache too. */
gboolean pf_prompt_broker_is_prompter(PfPromptBroker *broker, const PfPeerIdentity *identity);

/* BUS becomes the prompter's connection if IDENTITY runs the app that belongs to this agent and
 * there is no other one. The identity is the caller's and must live as long as the connection. */
gboolean pf_prompt_broker_register(PfPromptBroker *broker, sd_bus *bus,
                                   const PfPeerIdentity *identity, GError **error);

/* The connection is closed; harmless for any other than the prompter's. */
void pf_prompt_broker_connection_closed(PfPromptBroker *broker, sd_bus *bus);

/* Cache1.AnswerPin, AnswerPinWith, AnswerConfirm, AnswerChange, AnswerConsent and CancelPrompt; the
 * latter two for offers too. PINs are taken; a PIN of NULL is the answer to PF_DIALOG_SET. */
gboolean pf_prompt_broker_answer(PfPromptBroker *broker, sd_bus *bus, guint64 request,
                                 PfSecret *pin, PfRemember remember, GError **error);
gboolean pf_prompt_broker_confirm(PfPromptBroker *broker, sd_bus *bus, guint64 request,
                                  GError **error);
gboolean pf_prompt_broker_answer_change(PfPromptBroker *broker, sd_bus *bus, guint64 request,
                                        PfSecret *pin, PfSecret *new_pin, GError **error);
gboolean pf_prompt_broker_answer_consent(PfPromptBroker *broker, sd_bus *bus, guint64 request,
                                         PfConsentDecision decision, GError **error);
gboolean pf_prompt_broker_cancel(PfPromptBroker *broker, sd_bus *bus, guint64 request,
                                 GError **error);

/* Asks, or asks again in the same dialog because the PIN was wrong. DETAILS is taken. */
PfPrompt *pf_prompt_broker_ask(PfPromptBroker *broker, PfDialogDetails *details, PfPromptFunc func,
                               gpointer user_data);
void pf_prompt_broker_retry(PfPromptBroker *broker, PfPrompt *prompt, PfPromptFunc func,
                            gpointer user_data);

/* The token's flags as they are after a try: shown by the next Retry. */
void pf_prompt_set_token_flags(PfPrompt *prompt, guint64 token_flags);
const PfDialogDetails *pf_prompt_get_details(const PfPrompt *prompt);

/* What was said in an answered dialog of PF_DIALOG_PIN that offered it. */
PfRemember pf_prompt_get_remember(const PfPrompt *prompt);

/* What was decided in an answered dialog of PF_DIALOG_CONSENT. */
PfConsentDecision pf_prompt_get_decision(const PfPrompt *prompt);

/* What waits beside the dialogs. Borrowed. */
PfConsentOffers *pf_prompt_broker_get_offers(PfPromptBroker *broker);

/* Ends the dialog, if it is open, with one of Prompter1.Close's reasons, and frees the prompt. Its
 * function is not called any more. NULL is fine. */
void pf_prompt_broker_close(PfPromptBroker *broker, PfPrompt *prompt, const char *reason);
