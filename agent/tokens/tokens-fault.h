/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensFault: why a verb of pinfold-tokens did not do what it is for. */
#pragma once

#include <glib.h>

/* What stands in an answer as `fault`, and stays. Of the PIN, or PUK, that the token is to accept:
 * rejected, locked (nothing is sent to a token that shows that already), length, invalid, expired,
 * no-pin (there is none yet), no-pin-given, keypad (it is typed at the reader). */
#define PF_TOKENS_FAULTS(X)                                                                        \
    X(ALREADY_SET, "already-set") /* the token has a PIN */                                        \
    X(AT_RISK, "at-risk")         /* last try, blocked, to be changed: nothing was sent */         \
    X(BAD_FILE, "bad-file")       /* no PKCS#12 file, or a broken one */                           \
    X(BAD_LABEL, "bad-label")     /* empty, longer than 32 bytes, or no UTF-8 */                   \
    X(BUSY, "busy")               /* other sessions are in the way */                              \
    X(CANCELED, "canceled")                                                                        \
    X(DOUBLED, "doubled") /* two tokens have the identity */                                       \
    X(EXISTS, "exists")   /* a token with this label */                                            \
    X(EXPIRED, "expired")                                                                          \
    X(FAILED, "failed")                 /* `rv` is all that is known */                            \
    X(FILE_ALGORITHM, "file-algorithm") /* the file is encrypted in a way unknown here */          \
    X(FILE_TOO_LARGE, "file-too-large")                                                            \
    X(FULL, "full")                                                                                \
    X(GONE, "gone")                                                                                \
    X(INVALID, "invalid")                                                                          \
    X(KEYPAD, "keypad")                                                                            \
    X(LENGTH, "length")                                                                            \
    X(LOCKED, "locked")                                                                            \
    X(LOGIN_FAILED, "login-failed")                                                                \
    X(LOGOUT_FAILED, "logout-failed")                                                              \
    X(NEW_INVALID, "new-invalid") /* characters that the token does not take in a PIN */           \
    X(NEW_LENGTH, "new-length")                                                                    \
    X(NO_KEY, "no-key") /* in the file */                                                          \
    X(NO_PIN, "no-pin")                                                                            \
    X(NO_PIN_GIVEN, "no-pin-given")                                                                \
    X(NO_TOOL, "no-tool")                 /* SoftHSM's own program is not installed */             \
    X(NOT_INITIALISED, "not-initialised") /* the backend does not start */                         \
    X(NOT_LOADED, "not-loaded")           /* or is none */                                         \
    X(READ_ONLY, "read-only")                                                                      \
    X(REJECTED, "rejected")                                                                        \
    X(STOPPED, "stopped")                 /* it was not wanted any more (tokens-progress.h) */     \
    X(UNSUPPORTED, "unsupported")         /* the backend cannot do this at all */                  \
    X(UNSUPPORTED_KEY, "unsupported-key") /* neither RSA nor EC, or not for this token */          \
    X(WRONG_PASSWORD, "wrong-password")   /* the file's */                                         \
    /* Not the helper's words, but of those who run it: */                                         \
    X(CRASHED, "crashed")                                                                          \
    X(NOT_HELD, "not-held") /* the agent may lend a PIN of it meanwhile: nothing was sent */       \
    X(TIMED_OUT, "timed-out")

typedef enum {
    PF_TOKENS_FAULT_NONE,
#define PF_TOKENS_FAULT_VALUE(name, word) PF_TOKENS_FAULT_##name,
    PF_TOKENS_FAULTS(PF_TOKENS_FAULT_VALUE)
#undef PF_TOKENS_FAULT_VALUE
} PfTokensFault;

/* NULL for PF_TOKENS_FAULT_NONE; static. */
const char *pf_tokens_fault_get_word(PfTokensFault fault);

/* PF_TOKENS_FAULT_FAILED for a word that is none. */
PfTokensFault pf_tokens_fault_from_word(const char *word);
