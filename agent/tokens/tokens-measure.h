/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensMeasure: what a logout of a backend ends, tried on a token of its own. */
#pragma once

#include <glib.h>

#include <p11-kit/pkcs11.h>

#include "secret.h"
#include "tokens-fault.h"

typedef enum {
    PF_TOKENS_MEASURE_UNKNOWN, /* could not be tried, or not without harm */
    PF_TOKENS_MEASURE_NO,
    PF_TOKENS_MEASURE_YES,
} PfTokensAnswer;

typedef struct {
    gboolean is_hardware;
    gboolean needs_login;               /* CKF_LOGIN_REQUIRED; all below is unknown without */
    PfTokensAnswer hidden_before;       /* are private objects not found before a login? */
    PfTokensAnswer hidden_after;        /* and after a logout? */
    PfTokensAnswer readable_after;      /* can an object found before still be read? */
    PfTokensAnswer usable_after;        /* can a private key found before still be used? */
    PfTokensAnswer begun_completes;     /* does an operation begun before the logout complete? */
    PfTokensAnswer handles_change;      /* has the same object another handle at the next login? */
    PfTokensAnswer repeat_refused;      /* is a second login CKR_USER_ALREADY_LOGGED_IN? */
    PfTokensAnswer card_after_logout;   /* hardware: does the card stay verified after C_Logout? */
    PfTokensAnswer card_after_close;    /* after the last session's close? */
    PfTokensAnswer card_after_finalize; /* and right after C_Finalize? */
    guint logins;                       /* calls of C_Login; one when the PIN was wrong */
} PfTokensMeasure;

/* Looks for the one token with the identity TOKEN_URI and tries all of it, with PIN: logs in once,
 * and only with a PIN that the token has just accepted again. Not at all where the token shows its
 * last try, a blocked PIN or one to be changed (DESIGN 6), nor where it has no PIN, or a keypad.
 * P11 is initialised and is finalised. PIN may be NULL; then it ends, where one is needed, before
 * the login with PF_TOKENS_FAULT_NO_PIN_GIVEN. Sets *RET_MEASURE when there was no fault. */
PfTokensFault pf_tokens_measure_run(CK_FUNCTION_LIST *p11, const char *token_uri,
                                    const PfSecret *pin, PfTokensMeasure *ret_measure);

/* The measured result in one word: "ends", "ends-in-program" (nothing is known of the card),
 * "readable" (keys cannot be used, but what was found can be read), "mark" (keys can be used),
 * "no-login" or "unknown" (there was nothing to try it with). */
const char *pf_tokens_measure_get_verdict(const PfTokensMeasure *measure);
