/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PIN state: the most pressing of what flags and number say. */
#include "pin-state.h"

#include <glib/gi18n.h>

static gboolean
has(const char *const *flags, const char *name)
{
    return flags != NULL && g_strv_contains(flags, name);
}

gboolean
pf_pin_state_is_blocked(const char *const *flags, int tries_left)
{
    return has(flags, "USER_PIN_LOCKED") || tries_left == 0;
}

gboolean
pf_pin_state_is_unset(const char *const *flags)
{
    return flags != NULL && has(flags, "LOGIN_REQUIRED") && !has(flags, "USER_PIN_INITIALIZED");
}

PfPinUrgency
pf_pin_state_dup_words(const char *const *flags, int tries_left, char **ret_words)
{
    PfPinUrgency urgency = PF_PIN_URGENCY_WARNING;
    const char *words = NULL;
    if (pf_pin_state_is_blocked(flags, tries_left)) {
        urgency = PF_PIN_URGENCY_BLOCKED;
        words = _("PIN blocked");
    } else if (pf_pin_state_is_unset(flags)) {
        words = _("PIN not set");
    } else if (has(flags, "USER_PIN_FINAL_TRY") || tries_left == 1) {
        /* Translators: one more wrong PIN blocks the token. */
        words = _("Last try");
    } else if (has(flags, "USER_PIN_TO_BE_CHANGED")) {
        words = _("PIN must be changed");
    } else if (tries_left < 0 && has(flags, "USER_PIN_COUNT_LOW")) {
        /* Translators: a wrong PIN was entered, and nobody knows how many wrong ones the token will
         * bear. */
        words = _("Few tries left");
    } else {
        urgency = has(flags, "USER_PIN_COUNT_LOW") ? PF_PIN_URGENCY_WARNING : PF_PIN_URGENCY_NONE;
        if (tries_left > 0) {
            *ret_words =
                g_strdup_printf(ngettext("%u try left", "%u tries left", (guint)tries_left),
                                (guint)tries_left);
            return urgency;
        }
    }
    *ret_words = g_strdup(words);
    return urgency;
}
