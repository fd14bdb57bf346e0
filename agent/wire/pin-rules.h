/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* The PIN safety rules of DESIGN 6 that are pure functions; callers only carry them out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <p11-kit/pkcs11.h>

/* May a cached or stored PIN be presented to a token that shows FLAGS? Not on the last try, not on
 * a blocked PIN, not on one that must be changed. */
bool pf_pin_rule_may_present_cached(CK_FLAGS flags);

/* Is RV of C_Login the backend's verdict that the PIN is wrong? Only CKR_PIN_INCORRECT is; every
 * other error says nothing about the PIN. */
bool pf_pin_rule_is_rejection(CK_RV rv);

typedef enum {
    PF_PIN_LENGTH_OK,
    PF_PIN_LENGTH_EMPTY,
    PF_PIN_LENGTH_SHORT,
    PF_PIN_LENGTH_LONG,
    PF_PIN_LENGTH_HAS_NUL,
} PfPinLength;

/* Checks what a person typed against the token's own limits, before any card sees it. MIN and MAX
 * are CK_TOKEN_INFO's; 0 or CK_UNAVAILABLE_INFORMATION means unknown. */
PfPinLength pf_pin_rule_check_typed(const void *pin, size_t len, CK_ULONG min, CK_ULONG max);
