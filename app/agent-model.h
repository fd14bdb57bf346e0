/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What Agent1 says, kept up to date for tray and windows. */
#pragma once

#include "token-item.h"

#define PF_TYPE_AGENT_MODEL (pf_agent_model_get_type())
G_DECLARE_FINAL_TYPE(PfAgentModel, pf_agent_model, PF, AGENT_MODEL, GObject)

typedef enum {
    PF_AGENT_STATE_CONNECTING, /* not known yet */
    PF_AGENT_STATE_LOST,       /* nobody owns org.pinfold.Agent */
    PF_AGENT_STATE_FOREIGN,    /* it is not who listens on the private socket; nothing is listed */
    PF_AGENT_STATE_READY,      /* the lists are the agent's */
} PfAgentState;

/* Watches org.pinfold.Agent on CONNECTION, the session bus (NULL: there is none); never starts the
 * agent by itself and asks for the status only when the agent says that it changed. Signals:
 * "appeared" when an agent starts, "changed" after each change of what the functions below tell,
 * "forgotten" with the token's URI and the reason of Agent1.Forgotten before "changed" for that,
 * "failed" with a plain sentence when something the person asked for did not work, "token-changed"
 * with a token's URI by pf_agent_model_note_change(). The caller owns
 * the model. Main thread, as all of it. */
PfAgentModel *pf_agent_model_new(GDBusConnection *connection);

PfAgentState pf_agent_model_get_state(PfAgentModel *self);

/* Readers and tokens, PfTokenItem; what stays is the same object, and says what changed about it.
 * Borrowed. */
GListModel *pf_agent_model_get_tokens(PfAgentModel *self);

/* `domains` of the last GetStatus, also those that no row is about; NULL when nothing is known.
 * Borrowed. */
GVariant *pf_agent_model_get_domains(PfAgentModel *self);

/* Does pcscd answer, so that readers can be seen? */
gboolean pf_agent_model_has_reader_service(PfAgentModel *self);

/* Are the tokens being read now? */
gboolean pf_agent_model_is_reading(PfAgentModel *self);

/* The PKCS#11 modules that tokens are read with, `modules` of the last GetStatus; NULL when nothing
 * is known. Borrowed. */
GVariant *pf_agent_model_get_modules(PfAgentModel *self);

/* Tokens present, and PINs held over all of them. */
guint pf_agent_model_count_tokens(PfAgentModel *self);
guint pf_agent_model_count_pins(PfAgentModel *self);

/* Why the agent forgot a PIN the last time, in words (forget-words.h); NULL: it has not, or for a
 * reason unknown here. Static. */
const char *pf_agent_model_get_last_forgotten(PfAgentModel *self);

/* The programs that use a token although its PIN is forgotten; the caller's, NULL where there are
 * none. */
char *pf_agent_model_dup_still_open(PfAgentModel *self);

/* Forgets the PINs of the token URI (NULL: every token) and application ID (NULL: each). */
void pf_agent_model_forget(PfAgentModel *self, const char *uri, const char *app_id);

/* Ends the login that an application ID was opened for. */
void pf_agent_model_close_id(PfAgentModel *self, const char *uri, const char *app_id);

/* Something was done to the token URI: what was read of it may not be true any more. What the agent
 * reads of tokens it finds out by itself. */
void pf_agent_model_note_change(PfAgentModel *self, const char *uri);

/* Has the agent read the modules and their tokens anew. */
void pf_agent_model_look_again(PfAgentModel *self);

/* Asks the bus to start the agent. TELL: when that fails, "failed" is emitted. */
void pf_agent_model_start_agent(PfAgentModel *self, gboolean tell);
