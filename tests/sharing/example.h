/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What the example programs share: the module's functions, a slot, and steps that a test leads.
 *
 * Each program is started as "PROGRAM MODULE.so TOKEN-LABEL". It prints each call with its result,
 * and stops before what the other program must have done first: then it prints "wait" and goes on
 * with the next line of its input. */
#pragma once

#include <p11-kit/pkcs11.h>

#include "pinfold.h"

typedef struct {
    CK_FUNCTION_LIST *p11;
    __typeof__(CA_SetApplicationID) *set_id;
    __typeof__(CA_OpenApplicationID) *open_id;
    __typeof__(CA_CloseApplicationID) *close_id;
    const char *label;
} PfExample;

/* Loads the module of ARGV; ends the program when that fails. */
void pf_example_load(PfExample *example, int argc, char **argv);

/* The slot of the token of ARGV. */
CK_SLOT_ID pf_example_find_slot(const PfExample *example);

/* Prints that CALL was answered by RV; ends the program unless that is CKR_OK. */
void pf_example_expect(CK_RV rv, const char *call);

/* Waits for the next line of input. */
void pf_example_wait(void);

/* C_Login with the PIN on the next line of input; an empty one is none. */
void pf_example_log_in(const PfExample *example, CK_SESSION_HANDLE session);

/* Prints "state" and what C_GetSessionInfo says: user or public. */
void pf_example_print_state(const PfExample *example, CK_SESSION_HANDLE session);

/* Signs with the token's private key of ID 01 and prints "signature" and it in hex. */
void pf_example_work(const PfExample *example, CK_SESSION_HANDLE session);
