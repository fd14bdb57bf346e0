/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What is asked of a person: what the agent tells about a PIN it needs, or what the person itself
 * does to a token; and the words in which the dialog says it. */
#pragma once

#include <glib.h>

#include "pin-rules.h"
#include "task-text.h"

/* How loudly a line of the dialog speaks. */
typedef enum {
    PF_PIN_TONE_NONE,
    PF_PIN_TONE_PLAIN,
    PF_PIN_TONE_WARNING,
    PF_PIN_TONE_BLOCKED, /* no PIN can be entered */
} PfPinTone;

/* What the person is to do. */
typedef enum {
    PF_PIN_REQUEST_PIN,     /* type the PIN */
    PF_PIN_REQUEST_CONFIRM, /* agree to one use of the cached one */
    PF_PIN_REQUEST_CHANGE,  /* type the PIN and a new one, or with the purpose set a new one */
    PF_PIN_REQUEST_CONSENT, /* say whether a program may use a login that it did not make */
} PfPinRequestKind;

/* Can the PIN be put into the person's keyring? */
typedef enum {
    PF_PIN_KEYRING_NONE,
    PF_PIN_KEYRING_EMPTY,   /* it has none of the token */
    PF_PIN_KEYRING_STORED,  /* it has one */
    PF_PIN_KEYRING_REFUSED, /* it had one until the token refused that */
} PfPinKeyring;

typedef struct _PfPinRequest PfPinRequest;

/* An empty request of KIND with the one-time NUMBER. The caller owns it. */
PfPinRequest *pf_pin_request_new(PfPinRequestKind kind, guint64 number);

/* Of something the person itself wants: its kind is CHANGE, and no program asks. The caller owns
 * it.
 */
PfPinRequest *pf_pin_request_new_task(PfTask task);

/* A copy of REQUEST with another NUMBER: what a Retry starts from. The caller owns it. */
PfPinRequest *pf_pin_request_dup(const PfPinRequest *request, guint64 number);

/* NULL is fine. */
void pf_pin_request_free(PfPinRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PfPinRequest, pf_pin_request_free)

PfPinRequestKind pf_pin_request_get_kind(const PfPinRequest *request);
PfTask pf_pin_request_get_task(const PfPinRequest *request);
guint64 pf_pin_request_get_number(const PfPinRequest *request);

/* Set what KEY of Prompter1.AskPin's details says; FALSE for a key that has another type or is not
 * known. Text may be foreign: what is no printable text (control and direction characters, bytes
 * that are no UTF-8) is replaced. Tries that may have changed are forgotten by set_flags. */
gboolean pf_pin_request_set_text(PfPinRequest *request, const char *key, const char *value);
gboolean pf_pin_request_set_number(PfPinRequest *request, const char *key, guint64 value);
gboolean pf_pin_request_set_boolean(PfPinRequest *request, const char *key, gboolean value);
gboolean pf_pin_request_set_list(PfPinRequest *request, const char *key, const char *const *values);

/* The token that the details describe; the caller's. */
char *pf_pin_request_dup_token_uri(const PfPinRequest *request);

/* What the person calls the token, plain text; NULL: nothing. No key of the wire's: whoever asks
 * has no say in it. It stands in the label's place, and the label beside it. */
void pf_pin_request_set_token_name(PfPinRequest *request, const char *name);

/* Borrowed; NULL: there is none. */
const char *pf_pin_request_get_token_name(const PfPinRequest *request);
const char *pf_pin_request_get_token_label(const PfPinRequest *request);

/* Forgets flags and tries, which a Retry tells anew. */
void pf_pin_request_reset_tries(PfPinRequest *request);

/* Does a program want a new PIN without proof of the present one? */
gboolean pf_pin_request_is_set(const PfPinRequest *request);

/* Of a change: what the token wants to know for it. */
PfProof pf_pin_request_get_proof(const PfPinRequest *request);

/* Borrowed; NULL when the agent did not say. */
const char *pf_pin_request_get_executable(const PfPinRequest *request);
const char *pf_pin_request_get_reader(const PfPinRequest *request);
const char *pf_pin_request_get_key_label(const PfPinRequest *request);

PfPinKeyring pf_pin_request_get_keyring(const PfPinRequest *request);

/* Why the PIN will not be cached, as far as it is for the token's sake. Static, or NULL. */
const char *pf_pin_request_get_never_words(const PfPinRequest *request);

/* Of a consent: the person's name for the group, or NULL; else the application ID, "H:L". Borrowed.
 */
const char *pf_pin_request_get_group(const PfPinRequest *request);
const char *pf_pin_request_get_shared_id(const PfPinRequest *request);

/* Of a consent: may the decision be kept for the program's next run? */
gboolean pf_pin_request_may_remember(const PfPinRequest *request);

/* Never NULL: a themed icon name, a warning sign for a program that is not known. */
const char *pf_pin_request_get_icon_name(const PfPinRequest *request);

/* Could the agent read which program asks? */
gboolean pf_pin_request_is_program_known(const PfPinRequest *request);

/* The word on the button that agrees, with a mnemonic. Borrowed. */
const char *pf_pin_request_get_action(const PfPinRequest *request);

/* Words, all plain text and owned by the caller; NULL where there is nothing to say. Of a task the
 * process is the file that it is about. */
char *pf_pin_request_dup_window_title(const PfPinRequest *request);
char *pf_pin_request_dup_program(const PfPinRequest *request);
char *pf_pin_request_dup_headline(const PfPinRequest *request);
char *pf_pin_request_dup_purpose(const PfPinRequest *request);
char *pf_pin_request_dup_process(const PfPinRequest *request);
char *pf_pin_request_dup_identity(const PfPinRequest *request);
char *pf_pin_request_dup_token(const PfPinRequest *request);
char *pf_pin_request_dup_token_details(const PfPinRequest *request);
/* Of a consent: the programs that are logged in. */
char *pf_pin_request_dup_users(const PfPinRequest *request);
/* Of a consent that nobody waits for. */
char *pf_pin_request_dup_offer(const PfPinRequest *request);

/* The tries left, in words, as far as they are known (DESIGN 9a: never invented). AFTER_WRONG: the
 * sentence begins by saying that the PIN was wrong. */
PfPinTone pf_pin_request_dup_tries(const PfPinRequest *request, gboolean after_wrong,
                                   char **ret_text);

/* The token's own limits applied to what was typed (pin-rules.h). */
PfPinLength pf_pin_request_check_typed(const PfPinRequest *request, const char *text, gsize length);

/* What to tell the person about a length; NULL for PF_PIN_LENGTH_OK. */
char *pf_pin_request_dup_length_text(const PfPinRequest *request, PfPinLength verdict);
