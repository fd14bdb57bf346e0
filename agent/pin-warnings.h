/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinWarnings: the newest that anybody knows of a token's user PIN: last try, blocked, to be
 * changed (DESIGN 6).
 *
 * A backend may tell one program what was so a while ago, and another program what is so now. Main
 * thread only. */
#pragma once

#include <glib.h>

#include <p11-kit/pkcs11.h>

typedef struct PfPinWarnings PfPinWarnings;

PfPinWarnings *pf_pin_warnings_new(void);
void pf_pin_warnings_free(PfPinWarnings *warnings);

/* Of CKF_USER_PIN_FINAL_TRY, LOCKED and TO_BE_CHANGED those that TOKEN is known to show; 0 when
 * nothing is known. */
CK_FLAGS pf_pin_warnings_get(PfPinWarnings *warnings, const char *token);

/* Somebody saw these of CK_TOKEN_INFO.flags just now. That others are not set proves nothing. */
void pf_pin_warnings_add(PfPinWarnings *warnings, const char *token, CK_FLAGS flags);

/* TOKEN took a PIN and shows FLAGS: its tries are what they were. */
void pf_pin_warnings_note_login(PfPinWarnings *warnings, const char *token, CK_FLAGS flags);

/* Somebody who began at SINCE (monotonic µs) to ask the token itself has this answer: the truth,
 * unless something newer is known. */
void pf_pin_warnings_set(PfPinWarnings *warnings, const char *token, CK_FLAGS flags, gint64 since);

/* The token has another PIN, or is another one. NULL: every token. */
void pf_pin_warnings_forget(PfPinWarnings *warnings, const char *token);
