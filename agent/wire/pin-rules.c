/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PIN rules: when a PIN may be presented, what a rejection is, which typed PINs are refused. */
#include "pin-rules.h"

#include <string.h>

#include "secret.h"

bool
pf_pin_rule_may_present_cached(CK_FLAGS flags)
{
    return (flags & (CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED | CKF_USER_PIN_TO_BE_CHANGED)) ==
           0;
}

bool
pf_pin_rule_is_rejection(CK_RV rv)
{
    return rv == CKR_PIN_INCORRECT;
}

static bool
is_known(CK_ULONG limit)
{
    return limit != 0 && limit != CK_UNAVAILABLE_INFORMATION;
}

PfPinLength
pf_pin_rule_check_typed(const void *pin, size_t len, CK_ULONG min, CK_ULONG max)
{
    if (len == 0)
        return PF_PIN_LENGTH_EMPTY;
    if (memchr(pin, '\0', len) != NULL)
        return PF_PIN_LENGTH_HAS_NUL;
    if (is_known(min) && len < min)
        return PF_PIN_LENGTH_SHORT;
    if (len > PF_SECRET_MAX || (is_known(max) && len > max))
        return PF_PIN_LENGTH_LONG;
    return PF_PIN_LENGTH_OK;
}
