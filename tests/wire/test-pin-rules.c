/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Tests the PIN rules as tables: what may be presented, what is a rejection, what may be typed. */
#include "pin-rules.h"

#include <string.h>

#include "secret.h"
#include "tap.h"

static void
test_may_present_cached(void)
{
    static const struct {
        const char *what;
        CK_FLAGS flags;
        bool may;
    } rows[] = {
        {"no flags", 0, true},
        {"an ordinary token", CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED | CKF_RNG, true},
        {"a count that is low", CKF_USER_PIN_COUNT_LOW, true},
        {"the last try", CKF_USER_PIN_FINAL_TRY, false},
        {"blocked", CKF_USER_PIN_LOCKED, false},
        {"to be changed", CKF_USER_PIN_TO_BE_CHANGED, false},
        {"low and last", CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY, false},
        {"the SO's last try", CKF_SO_PIN_FINAL_TRY | CKF_SO_PIN_LOCKED, true},
        {"all flags", ~0ul, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_MSG(pf_pin_rule_may_present_cached(rows[i].flags) == rows[i].may, "%s: %s",
                  rows[i].what, rows[i].may ? "may be presented" : "may not");
}

static void
test_is_rejection(void)
{
    CHECK(pf_pin_rule_is_rejection(CKR_PIN_INCORRECT));
    static const CK_RV others[] = {
        CKR_OK,          CKR_PIN_LOCKED,      CKR_PIN_LEN_RANGE,     CKR_PIN_EXPIRED,
        CKR_PIN_INVALID, CKR_DEVICE_ERROR,    CKR_DEVICE_REMOVED,    CKR_GENERAL_ERROR,
        CKR_HOST_MEMORY, CKR_FUNCTION_FAILED, CKR_FUNCTION_CANCELED, CKR_USER_ALREADY_LOGGED_IN,
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK_MSG(!pf_pin_rule_is_rejection(others[i]), "0x%lx is no verdict on the PIN",
                  others[i]);
}

static void
test_check_typed(void)
{
    static char nines[PF_SECRET_MAX + 1];
    memset(nines, '9', sizeof nines);
    const CK_ULONG unknown = CK_UNAVAILABLE_INFORMATION;
    const struct {
        const char *pin;
        size_t len;
        CK_ULONG min, max;
        PfPinLength expect;
    } rows[] = {
        {"1234", 4, 4, 8, PF_PIN_LENGTH_OK},
        {"12345678", 8, 4, 8, PF_PIN_LENGTH_OK},
        {"", 0, 0, 0, PF_PIN_LENGTH_EMPTY},
        {NULL, 0, 4, 8, PF_PIN_LENGTH_EMPTY},
        {"123", 3, 4, 8, PF_PIN_LENGTH_SHORT},
        {"123456789", 9, 4, 8, PF_PIN_LENGTH_LONG},
        {"12\0004", 4, 4, 8, PF_PIN_LENGTH_HAS_NUL},
        {"\0", 1, 4, 8, PF_PIN_LENGTH_HAS_NUL},
        {"1234\0", 5, 4, 8, PF_PIN_LENGTH_HAS_NUL},
        {"1", 1, 0, 0, PF_PIN_LENGTH_OK},
        {"1", 1, unknown, unknown, PF_PIN_LENGTH_OK},
        {nines, PF_SECRET_MAX, 0, 0, PF_PIN_LENGTH_OK},
        {nines, PF_SECRET_MAX + 1, 0, 0, PF_PIN_LENGTH_LONG},
        {nines, PF_SECRET_MAX + 1, unknown, unknown, PF_PIN_LENGTH_LONG},
        {"12345", 5, 0, 4, PF_PIN_LENGTH_LONG},
        {"123", 3, 4, 0, PF_PIN_LENGTH_SHORT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_MSG(pf_pin_rule_check_typed(rows[i].pin, rows[i].len, rows[i].min, rows[i].max) ==
                      rows[i].expect,
                  "typed PIN, row %zu", i);
}

int
main(void)
{
    test_may_present_cached();
    test_is_rejection();
    test_check_typed();
    return pf_tap_done();
}
