/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfTokensTarget: a backend in this process, and the one token of it that is meant. */
#pragma once

#include <glib.h>

#include <p11-kit/pkcs11.h>

#include "tokens-fault.h"

typedef struct {
    CK_FUNCTION_LIST *p11;
    const char *uri; /* of the token */
    /* As pf_tokens_target_find() saw them last: */
    CK_SLOT_ID slot;
    CK_SLOT_INFO slot_info;
    CK_TOKEN_INFO info;
} PfTokensTarget;

/* Loads the backend at PATH and initialises it; *RET_P11 is set where that worked. */
PfTokensFault pf_tokens_target_start(const char *path, CK_FUNCTION_LIST **ret_p11);

/* The slots in which the backend says that a token is, to be freed with g_array_unref(); empty on
 * an error too, which *RET_RV then says. */
GArray *pf_tokens_target_list_slots(CK_FUNCTION_LIST *p11, CK_RV *ret_rv);

/* Looks for the one token with the identity TARGET->uri: before each PIN that is presented, since
 * the card may have been swapped, its tries used up. */
PfTokensFault pf_tokens_target_find(PfTokensTarget *target);

gboolean pf_tokens_target_is_hardware(const PfTokensTarget *target);

/* Is the PIN typed at the reader? Some software tokens say so only because they can ask in a dialog
 * of their own. */
gboolean pf_tokens_target_has_keypad(const PfTokensTarget *target);
