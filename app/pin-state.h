/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* How far a token's PIN is from being blocked, in words. */
#pragma once

#include <glib.h>

typedef enum {
    PF_PIN_URGENCY_NONE,
    PF_PIN_URGENCY_WARNING,
    PF_PIN_URGENCY_BLOCKED,
} PfPinUrgency;

/* FLAGS: the token's CKF names without the prefix; NULL: not known. TRIES_LEFT: -1: not known, and
 * never guessed (DESIGN 9a). *RET_WORDS is the caller's, NULL where there is nothing to
 * say. */
PfPinUrgency pf_pin_state_dup_words(const char *const *flags, int tries_left, char **ret_words);

/* Can no PIN be given to the token any more? */
gboolean pf_pin_state_is_blocked(const char *const *flags, int tries_left);

/* Is it known that the token has no PIN yet? */
gboolean pf_pin_state_is_unset(const char *const *flags);
