/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinWarnings: flags by token, and when they were learnt. */
#include "pin-warnings.h"

/* Nobody has so many tokens; a module can name as many as it likes. */
#define TOKENS_MAX 256u

#define WARNINGS                                                                                   \
    ((CK_FLAGS)(CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED | CKF_USER_PIN_TO_BE_CHANGED))

typedef struct {
    CK_FLAGS flags;
    gint64 time; /* monotonic µs */
} Warning;

struct PfPinWarnings {
    GHashTable *tokens; /* URI -> Warning */
};

PfPinWarnings *
pf_pin_warnings_new(void)
{
    PfPinWarnings *warnings = g_new0(PfPinWarnings, 1);
    warnings->tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return warnings;
}

void
pf_pin_warnings_free(PfPinWarnings *warnings)
{
    if (warnings == NULL)
        return;
    g_hash_table_unref(warnings->tokens);
    g_free(warnings);
}

/* The one of TOKEN, as new where there is none: any other one goes when there are too many. */
static Warning *
get_warning(PfPinWarnings *warnings, const char *token)
{
    Warning *warning = g_hash_table_lookup(warnings->tokens, token);
    if (warning != NULL)
        return warning;
    if (g_hash_table_size(warnings->tokens) >= TOKENS_MAX) {
        GHashTableIter iter;
        g_hash_table_iter_init(&iter, warnings->tokens);
        if (g_hash_table_iter_next(&iter, NULL, NULL))
            g_hash_table_iter_remove(&iter);
    }
    warning = g_new0(Warning, 1);
    g_hash_table_insert(warnings->tokens, g_strdup(token), warning);
    return warning;
}

CK_FLAGS
pf_pin_warnings_get(PfPinWarnings *warnings, const char *token)
{
    const Warning *warning = g_hash_table_lookup(warnings->tokens, token);
    return warning != NULL ? warning->flags : 0;
}

void
pf_pin_warnings_add(PfPinWarnings *warnings, const char *token, CK_FLAGS flags)
{
    if ((flags & WARNINGS) == 0)
        return;
    Warning *warning = get_warning(warnings, token);
    warning->flags |= flags & WARNINGS;
    warning->time = g_get_monotonic_time();
}

void
pf_pin_warnings_note_login(PfPinWarnings *warnings, const char *token, CK_FLAGS flags)
{
    Warning *warning = get_warning(warnings, token);
    warning->flags = flags & CKF_USER_PIN_TO_BE_CHANGED;
    warning->time = g_get_monotonic_time();
}

void
pf_pin_warnings_set(PfPinWarnings *warnings, const char *token, CK_FLAGS flags, gint64 since)
{
    Warning *warning = get_warning(warnings, token);
    if (warning->time > since)
        return;
    /* One token in two slots is listed twice. */
    CK_FLAGS others = warning->time == since ? warning->flags : 0;
    warning->flags = others | (flags & WARNINGS);
    warning->time = since;
}

void
pf_pin_warnings_forget(PfPinWarnings *warnings, const char *token)
{
    if (token == NULL)
        g_hash_table_remove_all(warnings->tokens);
    else
        g_hash_table_remove(warnings->tokens, token);
}
